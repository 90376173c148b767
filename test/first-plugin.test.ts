// The tutorial docs/plugins/first-plugin.md, followed literally outside of the repository with the packages as published.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeSample } from './docs/page-folder.js'
import { readPage } from './docs/read-page.js'
import { occursIn } from './docs/run-sample.js'
import { type Shell, shellIn } from './packed/shell.js'

const page = readFileSync(join(import.meta.dirname, '../docs/plugins/first-plugin.md'), 'utf8')
const samples = readPage(page)

let folder: string
let shell: Shell
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-tutorial-')))
  shell = shellIn(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
