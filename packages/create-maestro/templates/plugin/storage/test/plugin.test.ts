import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describePlugin, describeStorage } from '@maestro-dataflow/testkit/vitest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import plugin, { file } from '../src/index.js'

describePlugin(plugin)
// What goes in comes out, or is refused with a typed error; a run that fails leaves the file as it was.
describeStorage(file, {
  rows: [
    { name: 'city', value: 'Oslo' },
    { name: 'zip', value: '0150=1' },
    { name: 'empty', value: '' },
  ],
  options: (place) => ({ path: `rows-${place}.env` }),
})

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'acme-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
const open = () => maestro({ directory, plugins: [plugin], run: { checks: 'strict', maxRejects: '90%' } })
const read = (path: string) => readFileSync(join(directory, path), 'utf8')

test('reads lines, and rejects a line that is not name=value', async () => {
  writeFileSync(join(directory, 'in.env'), '# a comment\ncity=Oslo\n\nnonsense\nzip=0150=1\n')
  const project = open()
  const copy = pipeline('copy').read('acme.file', { path: 'in.env' }).write('acme.file', { path: 'out/copy.env' })
  const { counts, rejects } = await project.run(copy)
  await project.dispose()
  expect(read('out/copy.env')).toBe('city=Oslo\nzip=0150=1\n')
  expect(counts).toMatchObject({ rowsIn: 3, rowsOut: 2, rejected: 1 })
  expect(rejects).toMatchObject([{ code: 'ACME_LINE' }])
})

test('a missing file is found by the plan', async () => {
  const project = open()
  await expect(project.plan(pipeline('none').read('acme.file', { path: 'none.env' }))).rejects.toThrow('none.env')
  await project.dispose()
})
