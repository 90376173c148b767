import { EnhancedLLMServing, generateObject, prompt } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { scriptedEmbeddings } from './scripted-embeddings.js'
import { scriptedRerank } from './scripted-rerank.js'
import { questionOf, scriptedServing } from './scripted-serving.js'
import { scriptedTranscription } from './scripted-transcription.js'

const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

describe('a scripted language model', () => {
  test('answers from a list, and fails at its end', async () => {
    const serving = scriptedServing(['first', { text: 'sec', finishReason: 'length' }, new RangeError('no more today')])
    expect(await serving.generate(ask('How are you?'))).toEqual({
      text: 'first',
      finishReason: 'stop',
      usage: { inputTokens: 3, outputTokens: 1 },
      model: 'scripted',
    })
    expect(await serving.generate(ask('b'))).toMatchObject({ text: 'sec', finishReason: 'length' })
    await expect(serving.generate(ask('c'))).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_FAILED',
      cause: new RangeError('no more today'),
    })
    await expect(serving.generate(ask('d'))).rejects.toMatchObject({
      code: 'MAESTRO_TESTKIT_SCRIPT_ENDED',
      details: { serving: 'scripted', answers: 3, question: 'd' },
    })
    expect(serving.requests.map(questionOf)).toEqual(['How are you?', 'b', 'c', 'd'])
  })

  test('answers by question, and names the nearest one it knows', async () => {
    const serving = scriptedServing({ 'Where is Paris?': 'In France.' })
    expect(await serving.generate(ask('Where is Paris?'))).toMatchObject({ text: 'In France.' })
    await expect(serving.generate(ask('Where is Pariss?'))).rejects.toMatchObject({
      code: 'MAESTRO_TESTKIT_SCRIPT_UNKNOWN',
      hint: expect.stringContaining('Did you mean "Where is Paris?"?'),
    })
    await expect(serving.generate(ask('constructor'))).rejects.toMatchObject({ code: 'MAESTRO_TESTKIT_SCRIPT_UNKNOWN' })
  })

  test('answers by question also when it is asked to mend its answer', async () => {
    const serving = scriptedServing({ 'Which colour?': 'no JSON', 'Which taste?': '{"taste":"sweet"}' })
    const plane = new EnhancedLLMServing(serving)
    const schema = z.object({ taste: z.string() })
    expect(await generateObject(plane, ask('Which taste?'), schema)).toEqual({ taste: 'sweet' })
    await expect(generateObject(plane, ask('Which colour?'), schema)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_MALFORMED_REPLY',
    })
    expect(serving.requests).toHaveLength(3)
  })

  test('answers by a function, also with objects, and in the plane', async () => {
    const serving = scriptedServing(async (request) => ({ object: { said: questionOf(request) } }), { name: 'mine' })
    expect(await serving.generate(ask('a'))).toMatchObject({
      text: '{"said":"a"}',
      object: { said: 'a' },
      model: 'mine',
    })
    const plane = new EnhancedLLMServing(scriptedServing((request) => questionOf(request).toUpperCase()))
    expect(await plane.generateWithPrompt(prompt('say {{word}}'), { word: 'hi' })).toBe('SAY HI')
  })
})

describe('scripted embeddings', () => {
  test('are the same everywhere, of length 1, and nearer to each other when texts share words', async () => {
    const serving = scriptedEmbeddings({ dimensions: 40 })
    const { vectors, usage } = await serving.embed(['the red fox', 'The red dog', 'blue sea', ''])
    const [fox = [], dog = [], sea = [], none = []] = vectors.map((vector) => [...vector])
    const dot = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
    for (const vector of [fox, dog, sea, none]) {
      expect(vector).toHaveLength(40)
      expect(dot(vector, vector)).toBeCloseTo(1, 5)
    }
    expect(dot(fox, dog)).toBeGreaterThan(dot(fox, sea) + 0.2)
    expect(usage.inputTokens).toBe(8)
    const again = await scriptedEmbeddings({ dimensions: 40 }).embed(['the red fox'])
    expect(again.vectors).toEqual([vectors[0]])
    expect(serving.requests).toHaveLength(1)
  })

  test('may be given, and report the text that they cut', async () => {
    const serving = scriptedEmbeddings({ dimensions: 2, vectors: { a: [0, 1] }, maxWords: 1 })
    const result = await serving.embed(['a', 'a b'])
    expect(result.vectors).toEqual([Float32Array.of(0, 1), Float32Array.of(0, 1)])
    expect(result.truncated).toEqual([1])
  })
})

test('a scripted reranker scores by shared words, or by a given function', async () => {
  const documents = ['a red fox', 'a blue sea']
  expect(await scriptedRerank().rerank('red sea', documents)).toMatchObject({
    scores: [0.5, 0.5],
    model: 'scripted rerank',
  })
  expect(await scriptedRerank().rerank('red fox', documents)).toMatchObject({ scores: [1, 0] })
  expect(await scriptedRerank((_, { length }) => length).rerank('x', documents)).toMatchObject({ scores: [9, 10] })
})

test('a scripted transcriber reads from its script, and refuses an empty recording', async () => {
  const serving = scriptedTranscription(['hello', { text: 'bye', durationSeconds: 2 }])
  const audio = { data: new Uint8Array(4), mediaType: 'audio/wav' }
  expect(await serving.transcribe(audio)).toEqual({ text: 'hello', model: 'scripted transcription' })
  expect(await serving.transcribe(audio)).toMatchObject({ text: 'bye', durationSeconds: 2 })
  await expect(serving.transcribe(audio)).rejects.toMatchObject({ code: 'MAESTRO_TESTKIT_SCRIPT_ENDED' })
  await expect(serving.transcribe({ ...audio, data: new Uint8Array() })).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_BAD_REQUEST',
  })
})
