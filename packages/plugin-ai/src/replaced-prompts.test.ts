import { join } from 'node:path'
import type { LLMRequest, PipelineDefinition } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { memoryVectorStore, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from './plugin.js'

type JsonSchema = Readonly<Record<string, unknown>>

/** The least that a schema takes. */
function least(schema: JsonSchema): unknown {
  const { type, enum: values, const: constant, properties, items, anyOf, minItems = 1, minimum = 0 } = schema
  if (constant !== undefined) return constant
  if (Array.isArray(values)) return values[0]
  if (Array.isArray(anyOf)) return least(anyOf[0])
  if (type === 'object')
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, of]) => [name, least(of)]))
  if (type === 'array') return Array.from({ length: Number(minItems) }, () => least((items ?? {}) as JsonSchema))
  return { number: minimum, integer: minimum, boolean: true, null: null }[String(type)] ?? 'word'
}

const row = {
  ...{ text: 'word', topic: 'word', answer: 'word', context: 'word', query: 'word', source: 'word', other: 'word' },
  ...{ vector: [1, 0], photo: join(import.meta.dirname, '__fixtures__/media/sign.png') },
}
const columns = Object.fromEntries(
  Object.keys(row).map((name) => [name, name === 'vector' ? 'json' : 'string'] as const),
)
const rows = [row, { ...row, text: 'two words', vector: [0, 1] }]

/** An operator, the option with its prompt, what that prompt may name beside others, and options that it needs. */
type Case = readonly [operator: string, option: string, variable: string, options?: object]

const cases: readonly Case[] = [
  ['ai.generate', 'prompt', 'text'],
  ['ai.extract', 'prompt', 'text', { schema: { type: 'object', properties: { a: { type: 'string' } } } }],
  ['ai.classify', 'prompt', 'text', { labels: ['a', 'b'] }],
  ['ai.summarize', 'prompt', 'text'],
  ['ai.translate', 'prompt', 'text'],
  ['ai.rewrite', 'prompt', 'text'],
  ['ai.score', 'prompt', 'text'],
  ['ai.filter', 'prompt', 'text'],
  ['ai.compare', 'prompt', 'other', { inputs: { a: 'text', b: 'other' } }],
  ['ai.vote', 'prompt', 'text'],
  ['ai.vote', 'judgePrompt', 'answers', { prompt: '{{text}}', method: 'judge' }],
  ['ai.retrieve', 'prompt', 'passage', { store: 'kb', rerank: { method: 'llm', serving: 'default' } }],
  ['ai.rag', 'prompt', 'found', { store: 'kb', context: 'found' }],
  ['ai.rag-eval', 'prompt', 'context', { metrics: ['faithfulness'] }],
  ['ai.rag-eval', 'questionsPrompt', 'text', { metrics: ['relevance'] }],
  ['ai.multimodal', 'prompt', 'text', { inputs: { image: 'photo', text: 'text' } }],
  ['ai.qa-pairs', 'prompt', 'text', { input: 'text' }],
  ['ai.conversation', 'prompt', 'topic', { input: 'topic' }],
  ['ai.conversation', 'turnPrompt', 'role', { input: 'topic', method: 'turns' }],
  ['ai.ground', 'prompt', 'source', { input: 'answer', source: 'other' }],
  ['ai.ground', 'claimsPrompt', 'text', { input: 'answer', source: 'other' }],
  ['ai.redact', 'prompt', 'text', { input: 'text', method: 'both' }],
  ['ai.cluster', 'prompt', 'texts', { input: 'vector', clusters: 2, nameBy: 'text' }],
  ['ai.sort', 'prompt', 'text', { input: 'text', criterion: 'x' }],
  ['ai.sort', 'prompt', 'b', { input: 'text', criterion: 'x', method: 'pairwise' }],
  ['ai.group', 'prompt', 'texts', { input: 'text' }],
  ['ai.reduce', 'prompt', 'texts', { input: 'text', instructions: 'x' }],
  ['ai.join', 'prompt', 'left', { input: 'text', right: [{ name: 'word' }], on: 'name', criterion: 'x' }],
  ['ai.describe-columns', 'prompt', 'facts'],
  ['ai.clean', 'prompt', 'facts'],
  ['ai.annotate', 'prompt', 'text', { input: 'text', labels: ['a', 'b'], second: 'default' }],
]

const named = cases.map((given) => ({ given, name: `${given[0]}: \`${given[1]}\``, variable: given[2] }))

async function project() {
  const serving = scriptedServing((request: LLMRequest) =>
    request.schema === undefined ? `word ${request.sample}` : JSON.stringify(least(request.schema)),
  )
  const embedder = scriptedEmbeddings()
  const store = memoryVectorStore()
  const { vectors } = await embedder.embed(['word'])
  await store.addVectors([{ id: 'a', text: 'word', vector: vectors[0] ?? new Float32Array() }])
  const servings = { default: serving, embedder }
  return { serving, maestro: maestro({ plugins: [ai], servings, vectorStores: { kb: store }, logLevel: 'silent' }) }
}

const asking = ([use, option, , options]: Case, words: string): PipelineDefinition => ({
  name: 'asking',
  source: { rows, columns: { columns, open: false } },
  steps: [{ id: 'ask', input: 'source', use, options: { ...options, [option]: words } }],
  sinks: [],
})

test.each(named)('$name may name {{$variable}}, and reaches the model', async ({ given, variable }) => {
  const { serving, maestro } = await project()
  const words = `As I say: {{${variable}}}`
  // Answers are the least that fits; rows that are rejected for it were asked about all the same.
  await Array.fromAsync(maestro.rows(asking(given, words))).catch(() => [])
  const asked = serving.requests.map(({ messages }) => JSON.stringify(messages))
  expect(asked.filter((text) => text.includes('As I say: '))).not.toHaveLength(0)
  expect(asked.join()).not.toContain('{{')
})

test.each(named)('what $name names beside {{$variable}} is a fault of the plan', async ({ given }) => {
  const { maestro } = await project()
  await expect(maestro.preview(asking(given, '{{nothing}}'))).rejects.toThrow('the prompt needs "nothing"')
})

test('no option with a prompt is left out', async () => {
  const contributions = await (await project()).maestro.contributionsOf('@maestro-dataflow/plugin-ai')
  const options = contributions
    .filter(({ kind }) => kind === 'operators')
    .flatMap(({ definition }) => {
      const { name, prompts = [] } = definition as { name: string; prompts?: { option: string } | { option: string }[] }
      return [prompts].flat().map(({ option }) => `${name} ${option}`)
    })
  expect(new Set(cases.map(([name, option]) => `${name} ${option}`))).toEqual(new Set(options))
})

const sampling = { temperature: 0.3, topP: 0.9, topK: 7, seed: 5, maxTokens: 77, stop: ['END'] }
// A judge of samples is asked as its serving says.
const sampled = named.filter(({ given }) => given[1] !== 'judgePrompt')

test.each(sampled)('$name is asked with the sampling options of the step', async ({ given, variable }) => {
  const { serving, maestro } = await project()
  const [use, option, , options] = given
  const step: Case = [use, option, variable, { ...options, ...sampling }]
  await Array.fromAsync(maestro.rows(asking(step, `As I say: {{${variable}}}`))).catch(() => [])
  expect(serving.requests).not.toHaveLength(0)
  for (const request of serving.requests) expect(request).toMatchObject(sampling)
})

/** What operators need whose prompt is their own. */
const needed: Readonly<Record<string, object>> = {
  ...{ 'ai.extract': { input: 'text' }, 'ai.classify': { input: 'text' }, 'ai.summarize': { input: 'text' } },
  ...{ 'ai.translate': { input: 'text', to: 'French' }, 'ai.compare': { criterion: 'x' } },
  ...{ 'ai.score': { input: 'text', criterion: 'x' }, 'ai.filter': { input: 'text', criterion: 'x' } },
}
// The instructions of two are their task; the request of others has no words of their own.
const unworded = ['ai.rewrite prompt', 'ai.reduce prompt', 'ai.generate prompt', 'ai.vote prompt']
const worded = named.filter(({ given: [use, option] }) => !unworded.includes(`${use} ${option}`))

test.each(worded)(
  '$name is asked with the instructions of the step, where its prompt is its own',
  async ({ given }) => {
    const { serving, maestro } = await project()
    const [use, , , options] = given
    const step: Case = [use, 'instructions', '', { ...options, ...needed[use] }]
    await Array.fromAsync(maestro.rows(asking(step, 'Answer as a pirate.'))).catch(() => [])
    const asked = serving.requests.map(({ messages }) => JSON.stringify(messages))
    expect(asked.filter((text) => text.includes('Answer as a pirate.'))).not.toHaveLength(0)
  },
)
