// The tutorial docs/plugins/first-plugin.md, followed literally outside of the repository with the packages as published.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeSample } from './docs/page-folder.js'
import { readPage } from './docs/read-page.js'
import { occursIn } from './docs/run-sample.js'
import { type LocalRegistry, startRegistry } from './packed/local-registry.js'

const page = readFileSync(join(import.meta.dirname, '../docs/plugins/first-plugin.md'), 'utf8')
const samples = readPage(page)

let folder: string
let registry: LocalRegistry
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-tutorial-')))
  registry = await startRegistry(folder)
})
afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the lines of a reader's shell. The registry is the only thing that differs from a reader's machine. */
function shell(lines: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const { CI: _ci, FORCE_COLOR: _force, ...inherited } = process.env
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    NO_COLOR: '1',
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_yes: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
  for (const name of Object.keys(env)) if (/^(VITEST|NODE_OPTIONS$|NODE_ENV$)/.test(name)) delete env[name]
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${lines}`], { cwd: folder, env })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

test('the plugin is made, tested, packed, installed and used', { timeout: 900_000 }, async () => {
  expect(samples.filter(({ role }) => role === 'run').length).toBeGreaterThan(4)
  let printed = ''
  for (const { role, file, text, line } of samples) {
    if (role === 'file') writeSample(folder, file ?? '', text)
    if (role === 'run') {
      const { code, output } = await shell(text)
      expect(code, `line ${line} of the page:\n${output}`).toBe(0)
      printed = output
    }
    if (role === 'output') expect(occursIn(text, printed), `${text}\nis not in\n${printed}`).toBe(true)
  }
})
