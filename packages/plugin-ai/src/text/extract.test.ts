import { pipeline, prompt } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import ai from '../plugin.js'
import { Extractor } from './extract.js'

const schema = z.object({ city: z.string().nullable().describe('where it was sent from'), total: z.number() })

test('the columns are those of the schema, whose fields and descriptions are in the prompt', async () => {
  const serving = scriptedServing(['{"city":"Oslo","total":3}', '{"city":"Rom"}', '{"city":null,"total":4,"more":1}'])
  const storage = new MemoryStorage([{ text: 'From Oslo: 3 €', city: 'old' }])
  const extractor = new Extractor({
    serving,
    input: 'text',
    schema,
    instructions: 'Amounts in euros.',
    examples: [{ input: 'Rom, 5', output: { city: 'Rom', total: 5 } }],
  })
  expect(extractor.columns).toEqual({ reads: ['text'], adds: { city: 'string', total: 'number' } })
  await extractor.run(storage)
  expect(await storage.rows()).toEqual([{ text: 'From Oslo: 3 €', city: 'Oslo', total: 3 }])
  const [system, ...turns] = serving.requests[0]?.messages ?? []
  expect(system?.content).toMatch(/- city: where it was sent from\n- total\n\nAmounts in euros\./)
  expect(turns.map(({ content }) => content)).toEqual([
    '<text>\nRom, 5\n</text>',
    '{"city":"Rom","total":5}',
    '<text>\nFrom Oslo: 3 €\n</text>',
  ])
  // An answer without a field is sent back; a field too many reaches no row.
  const mended = new MemoryStorage([{ text: 'x' }])
  await extractor.run(mended)
  expect(await mended.rows()).toEqual([{ text: 'x', city: null, total: 4 }])
})

test("one column for all of it, in Chinese, by a prompt of one's own; a wrong answer rejects its row", async () => {
  const serving = scriptedServing((request) =>
    JSON.stringify(request.messages).includes('bad') ? '{}' : '{"city":null,"total":1}',
  )
  const asked = pipeline('p')
    .from([{ text: 'good' }, { text: 'bad' }])
    .step('ai.extract', { input: 'text', schema, output: 'order', language: 'zh' })
    .step('ai.extract', { prompt: prompt('Read: {{text}}'), schema, output: 'again' })
    .step('ai.generate', { prompt: { use: 'ai.extract.prompt', input: 'text' }, schema, output: 'third' })
  const preview = await maestro({ plugins: [ai], servings: { default: serving } }).preview(asked, 2)
  const data = { city: null, total: 1 }
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { text: 'good', order: data, again: data, third: data },
  ])
  expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_SERVING_SCHEMA_MISMATCH' } }])
  expect(serving.requests[0]?.messages[0]?.content).toContain('从文本中提取')
})

test('a schema without properties needs an output; a schema is needed', () => {
  const serving = scriptedServing([])
  expect(() => new Extractor({ serving, input: 'text', schema: z.array(z.string()) })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_AI_SCHEMA_COLUMNS' }),
  )
  expect(() => new Extractor({ serving, input: 'text', schema: undefined as never })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS' }),
  )
})
