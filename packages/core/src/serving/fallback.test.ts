import { expect, test } from 'vitest'
import { ProjectFolder } from '../__fixtures__/project-folder.js'
import { ask, Question, smallPlugin } from '../__fixtures__/small-plugin.js'
import type { RequestDoneEvent } from '../contracts/events.js'
import type { LLMRequest, LLMResult, LLMServing, TranscriptionServing } from '../contracts/serving.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { maestroError } from '../errors/error-table.js'
import { maestro } from '../maestro.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { EnhancedTranscriptionServing } from './enhanced-transcription-serving.js'

const text = ({ messages }: LLMRequest) => String(messages.at(-1)?.content)

/** A model whose answers a function gives; each costs a thousand dollars per million tokens of the price. */
function model(name: string, answer: (question: string) => Partial<LLMResult> | Error, input = 1) {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name,
    identity: {},
    price: { input },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate(request) {
      asked.push(text(request))
      const given = answer(text(request))
      if (given instanceof Error) throw given
      return {
        text: name,
        finishReason: 'stop',
        usage: { inputTokens: 1_000_000, outputTokens: 0 },
        model: name,
        ...given,
      }
    },
  }
  return { serving, asked }
}

const refused = (reason: string) => maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 'small', reason })
const settings = { retries: 0, fallback: 'big' }

/** A project whose default serving is `small`, with `big` as its fallback. */
function project(small: LLMServing, big: LLMServing) {
  const events: RequestDoneEvent[] = []
  const observer = definePlugin({
    name: 'observer',
    observe: ({ requestDone }) => requestDone((event) => void events.push(event)),
  })
  const instance = maestro({
    plugins: [smallPlugin().plugin, observer],
    servings: { default: new EnhancedLLMServing(small, { settings }), big },
    directory: new ProjectFolder().path,
  })
  return { instance, events }
}

const asking = (texts: readonly string[]) =>
  pipeline('p')
    .from(texts.map((text) => ({ text })))
    .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false })

test('the fallback answers the rows that a serving does not answer, and is recorded with its own price', async () => {
  const small = model('small', (question) => (question === 'bad' ? refused('no') : {}), 1)
  const big = model('big', () => ({}), 100)
  const { instance, events } = project(small.serving, big.serving)
  const report = await instance.runTo(asking(['a', 'bad', 'c']), { write: async () => undefined })
  expect(report).toMatchObject({ status: 'done', counts: { rowsOut: 3, rejected: 0 } })
  expect(small.asked).toEqual(['a', 'bad', 'c'])
  expect(big.asked).toEqual(['bad'])
  const usage = Object.fromEntries(report.servings.map(({ serving, usage }) => [serving, usage]))
  expect(usage.small).toMatchObject({ requests: 3, failedRequests: 1, cost: 2 })
  expect(usage.big).toMatchObject({ requests: 1, failedRequests: 0, cost: 100 })
  expect(events.map(({ serving, configName, error }) => [serving, configName, error?.code])).toContainEqual([
    'big',
    'big',
    undefined,
  ])
})

test.each([
  ['a connection that fails', maestroError('MAESTRO_SERVING_CONNECTION', { serving: 'small', reason: 'refused' })],
  ['an answer that a filter withheld', { text: '', finishReason: 'content-filter' as const }],
  ['an answer that was cut off', { text: 'half', finishReason: 'length' as const }],
  ['a refusal of the model', { text: 'I cannot', finishReason: 'refusal' as const }],
])('the fallback answers instead of %s', async (_, outcome) => {
  const { instance } = project(model('small', () => outcome).serving, model('big', () => ({})).serving)
  const serving = await instance.serving('default', 'llm')
  expect(await serving.generate({ messages: [{ role: 'user', content: 'a' }] })).toMatchObject({ text: 'big' })
})

test('an answer that does not match the schema after its repairs is left to the fallback', async () => {
  const small = model('small', () => ({ text: 'no JSON' }))
  const { instance } = project(small.serving, model('big', () => ({ text: '{"a":1}' })).serving)
  const serving = await instance.serving('default', 'llm')
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
  const { object } = await serving.generate({ messages: [{ role: 'user', content: 'a' }], schema })
  expect(object).toEqual({ a: 1 })
  expect(small.asked).toHaveLength(2)
})

test.each([
  ['MAESTRO_SERVING_AUTHENTICATION', maestroError('MAESTRO_SERVING_AUTHENTICATION', { serving: 's', reason: 'key' })],
  ['MAESTRO_SERVING_QUOTA', maestroError('MAESTRO_SERVING_QUOTA', { serving: 's', reason: 'credit' })],
])('%s stops the run and does not move all rows to the fallback', async (code, error) => {
  const big = model('big', () => ({}))
  const { instance } = project(model('small', () => error).serving, big.serving)
  await expect(instance.runTo(asking(['a', 'b']), { write: async () => undefined })).rejects.toMatchObject({ code })
  expect(big.asked).toEqual([])
})

test('if neither answers, the row fails with both reasons; an account that the fallback lacks stops the run', async () => {
  const failing = (error: Error) =>
    project(model('small', () => refused('too odd')).serving, model('big', () => error).serving)
  const serving = await failing(refused('odd as well')).instance.serving('default', 'llm')
  await expect(serving.generate({ messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_BAD_REQUEST',
    message: expect.stringMatching(/too odd.*The fallback big did not answer either: .*odd as well/),
  })
  const other = await failing(
    maestroError('MAESTRO_SERVING_AUTHENTICATION', { serving: 'big', reason: 'key' }),
  ).instance.serving('default', 'llm')
  await expect(other.generate({ messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_AUTHENTICATION',
    stopsRun: true,
  })
})

test('a recording that one model cannot transcribe is transcribed by the fallback', async () => {
  const transcriber = (name: string, fails: boolean): TranscriptionServing => ({
    kind: 'transcription',
    name,
    async transcribe() {
      if (fails) throw refused('noise')
      return { text: name, model: name }
    },
  })
  const instance = maestro({
    servings: {
      ears: new EnhancedTranscriptionServing(transcriber('small', true), { settings }),
      big: transcriber('big', false),
    },
    directory: new ProjectFolder().path,
  })
  const ears = await instance.serving('ears', 'transcription')
  expect(await ears.transcribe({ data: new Uint8Array([1]), mediaType: 'audio/wav' })).toMatchObject({ text: 'big' })
})
