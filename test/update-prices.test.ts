// The script that renews the tables of prices, on the public table of the package that ships it.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const tables = ['plugin-ai-sdk/src/models.json', 'plugin-openai/src/models.json']

interface Table {
  readonly date: string
  readonly providers: Readonly<Record<string, Readonly<Record<string, { readonly input?: number }>>>>
}

let folder: string
let published: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-prices-'))
  execFileSync('pip', ['download', 'litellm', '--no-deps', '--quiet', '--dest', folder])
  const [wheel = ''] = globSync('*.whl', { cwd: folder })
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  published = readFileSync(join(folder, 'litellm/model_prices_and_context_window_backup.json'), 'utf8')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const packages = () => join(folder, 'packages')
beforeEach(() => {
  rmSync(packages(), { recursive: true, force: true })
  for (const table of tables) {
    mkdirSync(join(packages(), table, '..'), { recursive: true })
    cpSync(join(root, 'packages', table), join(packages(), table))
  }
})
const written = () => tables.map((table) => readFileSync(join(packages(), table), 'utf8'))

function renewed(text: string): { readonly code: number | null; readonly stderr: string } {
  const path = join(folder, 'given.json')
  writeFileSync(path, text)
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'test/update-prices.js'), path, packages()], {
    encoding: 'utf8',
  })
  return { code: status, stderr }
}

test('the table of today gives prices for the models of each provider', () => {
  const before = written().map((text): Table => JSON.parse(text))
  expect(renewed(published)).toEqual({ code: 0, stderr: '' })
  const after = written().map((text): Table => JSON.parse(text))
  for (const [at, { date, providers }] of after.entries()) {
    expect(date).toBe(new Date().toISOString().slice(0, 10))
    expect(Object.keys(providers)).toEqual(Object.keys(before[at]?.providers ?? {}))
    for (const [provider, models] of Object.entries(providers)) {
      const prices = Object.values(models).flatMap(({ input }) => input ?? [])
      expect(prices.length, provider).toBeGreaterThan(0)
      // Dollars for a million tokens: a price for one token, or for a thousand, would be far outside.
      for (const price of prices) expect(price, provider).toBeLessThan(1000)
    }
  }
  expect(readdirSync(join(packages(), 'plugin-openai/src'))).toEqual(['models.json'])
})

describe('a public table that cannot be used leaves the present tables as they are', () => {
  const renamed = (text: string) => text.replaceAll('"input_cost_per_token"', '"price_per_input_token"')
  test.each<[string, (text: string) => string, string]>([
    ['that breaks off', (text) => text.slice(0, text.length / 2), 'it is not JSON'],
    ['that is empty', () => '', 'it is not JSON'],
    ['that is a page', () => '<!doctype html><title>Not found</title>', 'it is not JSON'],
    ['that is a list', (text) => JSON.stringify(Object.values(JSON.parse(text))), 'it is not an object of models'],
    ['that is null', () => 'null', 'it is not an object of models'],
    ['without models', () => '{}', 'it has 0 models of'],
    ['whose prices have another name', renamed, 'it has 0 models of'],
    [
      'whose prices are texts',
      (text) => text.replaceAll(/("input_cost_per_token": )([\d.e-]+)/g, '$1"$2"'),
      'it has 0 models of',
    ],
    [
      'whose providers have other names',
      (text) => text.replaceAll(/"litellm_provider": "anthropic"/g, '"litellm_provider": "claude"'),
      'models of anthropic with prices',
    ],
    [
      'whose models are texts',
      (text) => JSON.stringify(Object.fromEntries(Object.keys(JSON.parse(text)).map((name) => [name, 'x']))),
      'it has 0 models of',
    ],
  ])('%s', (_, damage, reason) => {
    const before = written()
    const { code, stderr } = renewed(damage(published))
    expect(code).toBe(1)
    expect(stderr).toContain('The public table of prices cannot be used, and the present tables stay as they are: ')
    expect(stderr).toContain(reason)
    expect(written()).toEqual(before)
  })
})
