// Writes the tables of models of plugin-ai-sdk and plugin-openai from the one that the Python package litellm ships (MIT
// licence). Prices are facts; run this before a release: node test/update-prices.js
// A second form reads a table that is there already, for another folder of packages: node test/update-prices.js <table> <packages>
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTables } from './prices/model-table.js'
import { readPublicTable } from './prices/public-table.js'

const [path, packages = join(import.meta.dirname, '../packages')] = process.argv.slice(2)
const table = 'model_prices_and_context_window_backup.json'

/** @returns {{ text: string, source: string }} */
function downloaded() {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'))
  try {
    execFileSync('pip', ['download', 'litellm', '--no-deps', '--quiet', '--dest', folder], { stdio: 'inherit' })
    const [wheel = ''] = globSync('*.whl', { cwd: folder })
    execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
    const version = /^litellm-([^-]+)-/.exec(wheel)?.[1]
    return { text: readFileSync(join(folder, 'litellm', table), 'utf8'), source: `litellm ${version} (${table})` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { text, source } = path === undefined ? downloaded() : { text: readFileSync(path, 'utf8'), source: path }
const [aiSdk = '', openai = ''] = ['ai-sdk', 'openai'].map((name) => join(packages, `plugin-${name}/src/models.json`))
try {
  const known = JSON.parse(readFileSync(aiSdk, 'utf8')).providers
  const providers = readPublicTable(text, known)
  const facts = { date: new Date().toISOString().slice(0, 10), source }
  writeTables([
    [aiSdk, { ...facts, providers }],
    [openai, { ...facts, providers: { openai: providers.openai ?? {} } }],
  ])
} catch (error) {
  console.error(/** @type {Error} */ (error).message)
  process.exitCode = 1
}
