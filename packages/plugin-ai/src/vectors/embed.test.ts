import { type Logger, pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedEmbeddings } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { EmbeddingGenerator, type EmbeddingGeneratorOptions } from './embed.js'

const warned: unknown[] = []
const logger: Logger = {
  debug() {},
  info() {},
  warn: (...line) => warned.push(line),
  error() {},
  child: () => logger,
}

describe('EmbeddingGenerator', () => {
  test("the seed's defaults; each vector at its own row, in calls of the serving's size", async () => {
    const serving = scriptedEmbeddings({ dimensions: 8, batchSize: 2 })
    const storage = new MemoryStorage(['a', 'b', 'c'].map((text) => ({ text })))
    const generator = new EmbeddingGenerator({ serving })
    expect(generator.columns).toEqual({ reads: ['text'], adds: { embedding: 'vector' } })
    await generator.run(storage)
    expect(serving.requests.map(({ length }) => length).toSorted()).toEqual([1, 2])
    const { vectors } = await scriptedEmbeddings({ dimensions: 8 }).embed(['a', 'b', 'c'])
    expect((await storage.rows()).map(({ embedding }) => embedding)).toEqual(vectors)
  })

  test('a prefix goes before each text, and truncated texts are counted and reported once', async () => {
    const serving = scriptedEmbeddings({ maxWords: 2 })
    const storage = new MemoryStorage(['one', 'one two', 'one two three'].map((body) => ({ body })))
    const generator = new EmbeddingGenerator({
      serving,
      inputColumn: 'body',
      outputColumn: 'vector',
      prefix: 'query: ',
      batchSize: 2,
      logger,
    })
    await generator.run(storage)
    expect(serving.requests.flat()).toEqual(['query: one', 'query: one two', 'query: one two three'])
    expect(generator.truncated).toBe(2)
    generator.dispose()
    expect(warned).toEqual([[expect.stringContaining('longer than'), { texts: 2, column: 'body' }]])
  })

  test('a row without a text is rejected alone', async () => {
    const storage = new MemoryStorage([{ text: 'a' }, { text: null }, { text: Float32Array.of(1) }, { text: 5 }, {}])
    const { rejected } = await new EmbeddingGenerator({ serving: scriptedEmbeddings() }).run(storage)
    expect(rejected.map(({ rowId, error }) => [rowId, error.code])).toEqual([
      ['rows:2', 'MAESTRO_AI_EMPTY_INPUT'],
      ['rows:3', 'MAESTRO_PROMPT_VALUE'],
      ['rows:5', 'MAESTRO_AI_EMPTY_INPUT'],
    ])
    expect((await storage.rows()).map(({ text }) => text)).toEqual(['a', 5])
    await expect(
      new EmbeddingGenerator({ serving: scriptedEmbeddings() }).run(new MemoryStorage([{ text: '' }])),
    ).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  })

  test('without a serving', () => {
    expect(() => new EmbeddingGenerator({} as EmbeddingGeneratorOptions)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS' }),
    )
  })
})

test('ai.embed in a pipeline: the embedder of the config', async () => {
  const project = maestro({ plugins: [ai], servings: { embedder: scriptedEmbeddings({ dimensions: 4 }) } })
  const asked = pipeline('p')
    .from([{ text: 'a', body: 'b' }])
    .step('ai.embed', {})
    .step('ai.embed', { input: 'body', output: 'other', prefix: 'passage: ', batchSize: 8 })
  const [row] = await Array.fromAsync(project.rows(asked))
  expect(row?.embedding).toHaveLength(4)
  expect(row?.other).toBeInstanceOf(Float32Array)
})
