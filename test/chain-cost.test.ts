import { rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { checkTypes, countInstantiations } from './docs/check-types.js'
import { createPageFolder, writeSample } from './docs/page-folder.js'

const folder = createPageFolder()
afterAll(() => rmSync(folder, { recursive: true }))

const closed = 'from<{ id: string; text: string }>([])'
const open = 'from<Record<string, unknown>>([])'
const classify = (n: number) =>
  `.step('ai.classify', { input: 'text', labels: ['a', 'b'], output: 'label_${n}', confidence: true })`

/** A module with a chain of steps, each made from its number. */
const chain = (start: string, length: number, step: (n: number) => string, end = '') => `
import { pipeline } from '@maestro-dataflow/core'
export const rows = pipeline('chain').${start}
${Array.from({ length }, (_, n) => step(n)).join('\n')}
${end}
`

test('a chain of a hundred steps compiles, whatever the steps do to the columns', () => {
  const chains = {
    'add.ts': chain(closed, 100, classify, '.map((row) => ({ a: row.label_0, b: row.label_99_confidence + 1 }))'),
    'open.ts': chain(open, 100, classify, '.map((row) => ({ a: row.label_0.length, b: row.anything }))'),
    'rename.ts': chain(
      closed,
      100,
      (n) => `.step('table.rename', { columns: { ${n === 0 ? 'text' : `text_${n - 1}`}: 'text_${n}' } })`,
      '.map((row) => ({ a: row.text_99.length }))',
    ),
    'drop.ts': chain(closed, 50, (n) => `${classify(n)}\n.step('table.drop', { columns: ['label_${n}'] })`),
    'group.ts': chain(closed, 100, () => ".step('table.aggregate', { by: ['id', 'text'], values: { n: 'count(*)' } })"),
  }
  for (const [file, text] of Object.entries(chains)) writeSample(folder, file, text)
  const faults = checkTypes(folder)
  for (const file of Object.keys(chains)) {
    expect(faults.get(file), file).toEqual([])
    rmSync(`${folder}/${file}`)
  }
})

test('a step late in a chain costs about as much as an early one, although its row has more columns', () => {
  const [none = 0, short = 0, long = 0] = [0, 25, 100].map((length) => {
    writeSample(folder, 'chain.ts', chain(closed, length, classify))
    return countInstantiations(folder)
  })
  const perStep = { short: (short - none) / 25, long: (long - none) / 100 }
  expect(perStep.long).toBeLessThan(2 * perStep.short)
  expect(perStep.short).toBeLessThan(10_000)
})
