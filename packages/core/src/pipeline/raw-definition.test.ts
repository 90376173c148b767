import { expect, test } from 'vitest'
import { z } from 'zod'
import type { OperatorDefinition } from '../contracts/operator-definition.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'

/** As a plugin in plain JavaScript writes it: without what `defineOperator` adds. */
const louder: Omit<OperatorDefinition, 'shape'> = {
  name: 'raw.louder',
  kind: 'map',
  options: z.strictObject({ input: z.string() }),
  create: (options) => (row: Record<string, unknown>) => ({
    ...row,
    loud: String(row[(options as { input: string }).input]).toUpperCase(),
  }),
}

const project = maestro({ plugins: [definePlugin({ name: 'raw', operators: [louder as OperatorDefinition] })] })

test('a definition that is written by hand runs', async () => {
  const rows = { rows: [{ text: 'a' }], columns: { columns: { text: 'string' }, open: false } } as const
  const step = { id: 'loud', input: 'source', use: 'raw.louder', options: { input: 'text' } }
  const loud = { name: 'p', source: rows, steps: [step], sinks: [] }
  expect(await Array.fromAsync(project.rows(loud))).toEqual([{ text: 'a', loud: 'A' }])
})

test('its options are checked', async () => {
  const wrong = pipeline('p')
    .from([{ text: 'a' }])
    .step(louder as never, { inputs: 'text' } as never)
  await expect(project.preview(wrong)).rejects.toThrow(/there is no option "inputs"/)
})
