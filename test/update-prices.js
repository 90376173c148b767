// Writes the tables of models of plugin-ai-sdk and plugin-openai from the one that the Python package litellm ships (MIT
// licence). Prices are facts; run this before a release: node test/update-prices.js
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { modelsByProvider, writeTable } from './prices/model-table.js'

const packages = join(import.meta.dirname, '../packages')
const table = 'model_prices_and_context_window_backup.json'

const folder = mkdtempSync(join(tmpdir(), 'prices-'))
try {
  execFileSync('pip', ['download', 'litellm', '--no-deps', '--quiet', '--dest', folder], { stdio: 'inherit' })
  const [wheel = ''] = globSync('*.whl', { cwd: folder })
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  const given = JSON.parse(readFileSync(join(folder, 'litellm', table), 'utf8'))
  const version = /^litellm-([^-]+)-/.exec(wheel)?.[1]
  const facts = { date: new Date().toISOString().slice(0, 10), source: `litellm ${version} (${table})` }
  const providers = modelsByProvider(given)
  writeTable(join(packages, 'plugin-ai-sdk/src/models.json'), { ...facts, providers })
  const { openai = {} } = providers
  writeTable(join(packages, 'plugin-openai/src/models.json'), { ...facts, providers: { openai } })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
