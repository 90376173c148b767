import { pipeline, prompt } from '@maestro-dataflow/core'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type {} from './registered.js'

const reviews = pipeline('reviews').from([{ id: 1, text: 'Good' }])

describe('ai.extract', () => {
  const schema = z.object({ city: z.string().nullable() })

  test('columns of the schema, or one', () => {
    const spread = reviews.step('ai.extract', { input: 'text', schema })
    expectTypeOf<(typeof spread)['row']>().toEqualTypeOf<{ id: number; text: string; city: string | null }>()
    const nested = reviews.step('ai.extract', { prompt: prompt('{{text}}'), schema, output: 'place' })
    expectTypeOf<(typeof nested)['row']['place']>().toEqualTypeOf<{ city: string | null }>()
  })

  test('either a column or a prompt, with columns that there are', () => {
    // @ts-expect-error an unknown column
    reviews.step('ai.extract', { input: 'txt', schema })
    // @ts-expect-error an unknown column in the prompt
    reviews.step('ai.extract', { prompt: prompt('{{txt}}'), schema })
    // @ts-expect-error both
    reviews.step('ai.extract', { input: 'text', prompt: prompt('{{text}}'), schema })
    // @ts-expect-error neither
    reviews.step('ai.extract', { schema })
    // @ts-expect-error no schema
    reviews.step('ai.extract', { input: 'text' })
  })
})

describe('ai.classify', () => {
  test('the labels are the type of the column', () => {
    const one = reviews.step('ai.classify', { input: 'text', labels: ['good', 'bad'] })
    expectTypeOf<(typeof one)['row']>().toEqualTypeOf<{ id: number; text: string; label: 'good' | 'bad' }>()
    const described = reviews.step('ai.classify', { input: 'text', labels: { good: 'fine', bad: '' }, output: 'tone' })
    expectTypeOf<(typeof described)['row']['tone']>().toEqualTypeOf<'good' | 'bad'>()
    const several = reviews.step('ai.classify', { input: 'text', labels: ['a', 'b'], multi: true, confidence: true })
    expectTypeOf<(typeof several)['row']['labels']>().toEqualTypeOf<readonly ('a' | 'b')[]>()
    expectTypeOf<(typeof several)['row']['labels_confidence']>().toEqualTypeOf<readonly number[]>()
    const sure = reviews.step('ai.classify', { input: 'text', labels: ['a', 'b'], confidence: 'asked', output: 'x' })
    expectTypeOf<(typeof sure)['row']['x_confidence']>().toEqualTypeOf<number>()
    // @ts-expect-error not asked for
    one.row.label_confidence
  })

  test('options are known by name and type', () => {
    reviews.step('ai.classify', {
      prompt: { use: 'ai.classify.prompt', input: 'text', labels: ['a', 'b'], language: 'zh' },
      labels: ['a', 'b'],
    })
    // @ts-expect-error an unknown column in a prompt by name
    reviews.step('ai.classify', { prompt: { use: 'ai.classify.prompt', input: 'txt', labels: ['a'] }, labels: ['a'] })
    // @ts-expect-error no labels
    reviews.step('ai.classify', { input: 'text' })
    // @ts-expect-error a language that there is not
    reviews.step('ai.classify', { input: 'text', labels: ['a', 'b'], language: 'fr' })
    // @ts-expect-error a misspelt option
    reviews.step('ai.classify', { input: 'text', labels: ['a', 'b'], confidense: true })
  })
})

test('ai.embed adds a vector', () => {
  const unnamed = reviews.step('ai.embed', {})
  expectTypeOf<(typeof unnamed)['row']['embedding']>().toEqualTypeOf<Float32Array>()
  const named = reviews.step('ai.embed', { input: 'text', output: 'vector', prefix: 'query: ' })
  expectTypeOf<(typeof named)['row']['vector']>().toEqualTypeOf<Float32Array>()
  // @ts-expect-error an unknown column
  reviews.step('ai.embed', { input: 'txt' })
})

test('ai.similarity and ai.match compare vectors', () => {
  const embedded = reviews.step('ai.embed', {})
  const near = embedded.step('ai.similarity', { input: 'embedding', reference: 'praise', output: 'near' })
  expectTypeOf<(typeof near)['row']['near']>().toEqualTypeOf<number>()
  embedded.step('ai.similarity', { inputs: ['embedding', 'embedding'], metric: 'l2' })
  // @ts-expect-error nothing to compare with
  embedded.step('ai.similarity', { input: 'embedding' })
  // @ts-expect-error two things to compare with
  embedded.step('ai.similarity', { inputs: ['embedding', 'embedding'], reference: 'praise' })
  // @ts-expect-error a metric that there is not
  embedded.step('ai.similarity', { input: 'embedding', reference: 'praise', metric: 'manhattan' })
  const matched = embedded.step('ai.match', { input: 'embedding', references: ['sea', 'mountain'], output: 'place' })
  expectTypeOf<(typeof matched)['row']['place']>().toEqualTypeOf<'sea' | 'mountain' | null>()
  expectTypeOf<(typeof matched)['row']['place_score']>().toEqualTypeOf<number>()
  expectTypeOf<(typeof matched)['row']['place_outcome']>().toEqualTypeOf<'matched' | 'below-threshold'>()
  const references = { use: 'ai.load-documents', path: 'places' } as const
  const placed = embedded.step('ai.match', { input: 'embedding', references, on: 'text' })
  expectTypeOf<NonNullable<(typeof placed)['row']['match']>['text']>().toEqualTypeOf<string>()
  const joined = reviews.step('ai.join', { input: 'text', right: references, on: 'text' })
  expectTypeOf<(typeof joined)['row']['right_text']>().toEqualTypeOf<string | null>()
  // @ts-expect-error a source that there is not
  embedded.step('ai.match', { input: 'embedding', references: { use: 'none', path: 'places' }, on: 'text' })
  // @ts-expect-error an unknown column
  reviews.step('ai.match', { input: 'embedding', references: ['sea'] })
})

test('ai.chunk replaces the text, or stands beside it', () => {
  const chunks = reviews.step('ai.chunk', { input: 'text', size: 10 })
  expectTypeOf<(typeof chunks)['row']>().toEqualTypeOf<{
    id: number
    text: string
    text_index: number
    text_start: number
    text_end: number
  }>()
  const sections = reviews.step('ai.chunk', { input: 'text', method: 'markdown', output: 'part' })
  expectTypeOf<(typeof sections)['row']['part_headings']>().toEqualTypeOf<readonly string[]>()
  // @ts-expect-error an unknown column
  reviews.step('ai.chunk', { input: 'txt' })
  // @ts-expect-error a method that there is not
  reviews.step('ai.chunk', { input: 'text', method: 'words' })
})

test('texts in, texts out', () => {
  const texts = reviews
    .step('ai.summarize', { input: 'text', maxWords: 20, chunkTokens: 500 })
    .step('ai.translate', { input: 'summary', to: 'French' })
    .step('ai.rewrite', { input: 'translation', instructions: 'Make it polite.', output: 'text' })
  expectTypeOf<(typeof texts)['row']>().toEqualTypeOf<{
    id: number
    text: string
    summary: string
    translation: string
  }>()
  // @ts-expect-error no language to translate into
  reviews.step('ai.translate', { input: 'text' })
  // @ts-expect-error no instruction
  reviews.step('ai.rewrite', { input: 'text' })
  // @ts-expect-error an unknown column
  reviews.step('ai.summarize', { input: 'txt' })
})

test('judges', () => {
  const judged = reviews
    .step('ai.score', { input: 'text', criterion: { 1: 'bad', 5: 'good' } })
    .step('ai.filter', { score: 'score', min: 3 })
    .step('ai.filter', { input: 'text', criterion: 'It is about food.' })
    .step('ai.compare', { inputs: { a: 'text', b: 'score_reason' }, criterion: 'Which is clearer?', reason: false })
    .step('ai.vote', { prompt: prompt('{{text}}'), labels: ['yes', 'no'] })
  expectTypeOf<(typeof judged)['row']>().toEqualTypeOf<{
    id: number
    text: string
    score: number
    score_reason: string
    better: 'a' | 'b' | 'tie'
    vote: 'yes' | 'no'
    vote_agreement: number
  }>()
  // @ts-expect-error no rubric
  reviews.step('ai.score', { input: 'text' })
  // @ts-expect-error a threshold and a judge at once
  reviews.step('ai.filter', { score: 'id', min: 1, criterion: 'x' })
  // @ts-expect-error a threshold asks no model, so nothing is sampled
  reviews.step('ai.filter', { score: 'id', min: 1, temperature: 0 })
  // @ts-expect-error nor is there a call
  reviews.step('ai.filter', { score: 'id', min: 1, rowsPerCall: 4 })
  // @ts-expect-error an unknown column
  reviews.step('ai.filter', { score: 'score', min: 1 })
  // @ts-expect-error an unknown column
  reviews.step('ai.compare', { inputs: { a: 'text', b: 'txt' }, criterion: 'x' })
  // @ts-expect-error no prompt
  reviews.step('ai.vote', { samples: 3 })
})
