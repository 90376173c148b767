import { chatPrompt, column, definePrompt, pipeline, prompt } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type {} from '../registered.js'

const tone = definePrompt({
  name: 'test.tone',
  options: { input: column(), tone: z.enum(['calm', 'angry']).optional() },
  create: () => prompt('{{text}}'),
})
const translate = definePrompt({
  name: 'test.translate',
  options: { from: column(), language: z.string() },
  create: () => prompt('{{text}}'),
})

/** As a plugin would contribute them. */
declare module '@maestro-dataflow/core' {
  interface Prompts {
    'test.tone': typeof tone
    'test.translate': typeof translate
  }
}

const reviews = pipeline('reviews').from([{ id: 1, text: 'Good', author: { name: 'Ann' } }])

test('the answer is a column of text, named or not', () => {
  const named = reviews.step('ai.generate', { prompt: prompt('{{text}} by {{author.name}}'), output: 'summary' })
  expectTypeOf<(typeof named)['row']>().toEqualTypeOf<{
    id: number
    text: string
    author: { name: string }
    summary: string
  }>()
  const unnamed = reviews.step('ai.generate', { prompt: prompt('{{text}}') })
  expectTypeOf<(typeof unnamed)['row']['generated_text']>().toEqualTypeOf<string>()
  const replaced = reviews.step('ai.generate', { prompt: prompt('{{text}}'), output: 'id' })
  expectTypeOf<(typeof replaced)['row']['id']>().toEqualTypeOf<string>()
  // The next step knows the new column.
  named.step('ai.generate', { prompt: prompt('{{summary}}'), output: 'shorter' })
})

test('every variable of a prompt is a column', () => {
  // @ts-expect-error an unknown column
  reviews.step('ai.generate', { prompt: prompt('{{txt}}') })
  // @ts-expect-error one known and one unknown column
  reviews.step('ai.generate', { prompt: prompt('{{text}} {{stars}}') })
  // @ts-expect-error an unknown column in the system message
  reviews.step('ai.generate', { prompt: prompt('{{text}}', { system: 'You are {{role}}' }) })
  // @ts-expect-error an unknown column in one turn of a chat
  reviews.step('ai.generate', { prompt: chatPrompt([{ role: 'user', content: '{{txt}}' }]) })
  reviews.step('ai.generate', {
    prompt: chatPrompt([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: '{{text}} \\{{not a column}} {id}' },
    ]),
  })
})

test('a schema makes typed columns, or one when `output` is given too', () => {
  const schema = z.object({ tone: z.enum(['good', 'bad']), stars: z.number().optional() })
  const spread = reviews.step('ai.generate', { prompt: prompt('{{text}}'), schema })
  expectTypeOf<(typeof spread)['row']>().toEqualTypeOf<{
    id: number
    text: string
    author: { name: string }
    tone: 'good' | 'bad'
    stars: number | undefined
  }>()
  const nested = reviews.step('ai.generate', { prompt: prompt('{{text}}'), schema, output: 'opinion' })
  expectTypeOf<(typeof nested)['row']['opinion']>().toEqualTypeOf<{
    tone: 'good' | 'bad'
    stars?: number | undefined
  }>()
  // @ts-expect-error without `output` there is no such column
  spread.row.opinion
  // @ts-expect-error with `output` the properties are no columns
  nested.row.tone
})

test('a contributed prompt is picked by name, with its own options', () => {
  const loud = reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'text', tone: 'angry' }, output: 'x' })
  expectTypeOf<(typeof loud)['row']['x']>().toEqualTypeOf<string>()
  reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'text' } })
  // @ts-expect-error an unknown prompt
  reviews.step('ai.generate', { prompt: { use: 'test.tonne', input: 'text' } })
  // @ts-expect-error an unknown column
  reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'txt' } })
  // @ts-expect-error a wrong value
  reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'text', tone: 'sad' } })
  // @ts-expect-error a misspelt option
  reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'text', tune: 'angry' } })
  // @ts-expect-error an option of another prompt
  reviews.step('ai.generate', { prompt: { use: 'test.tone', input: 'text', language: 'French' } })
  // @ts-expect-error a missing option
  reviews.step('ai.generate', { prompt: { use: 'test.translate', from: 'text' } })
})

test('options are known by name and type', () => {
  const ask = prompt('{{text}}')
  reviews.step('ai.generate', { prompt: ask, temperature: 0, stop: ['\n'], maxTokens: 20, onCutOff: 'keep' })
  // @ts-expect-error a misspelt option
  reviews.step('ai.generate', { prompt: ask, temprature: 1 })
  // @ts-expect-error a wrong type
  reviews.step('ai.generate', { prompt: ask, maxTokens: '20' })
  // @ts-expect-error a wrong value
  reviews.step('ai.generate', { prompt: ask, onCutOff: 'ignore' })
  // @ts-expect-error no prompt
  reviews.step('ai.generate', { output: 'x' })
  // @ts-expect-error what is no schema
  reviews.step('ai.generate', { prompt: ask, schema: { tone: 'string' } })
})
