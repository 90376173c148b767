import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { LLMRequest, LLMServing } from '../contracts/serving.js'
import { prompt } from '../define/prompt.js'
import { maestroError } from '../errors/error-table.js'
import { enhance } from './enhance.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { generateObject } from './generate-object.js'
import { ServingPlane } from './serving-plane.js'

/** A serving that answers by a function, the later the earlier it was asked. */
function scripted(answer: (request: LLMRequest) => string, jsonSchema = true) {
  const requests: LLMRequest[] = []
  const provider: LLMServing = {
    kind: 'llm',
    name: 'scripted',
    capabilities: { jsonSchema, images: false, audio: false },
    async generate(request) {
      const turn = requests.push(request)
      await new Promise((resolve) => setTimeout(resolve, 20 - turn * 2))
      return { text: answer(request), finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 2 }, model: 'm' }
    },
  }
  return { serving: new EnhancedLLMServing(provider), provider, requests }
}

const question = (request: LLMRequest) => String(request.messages[0]?.content)
const shout = (request: LLMRequest) => question(request).toUpperCase()

describe('EnhancedLLMServing', () => {
  test('one prompt, several in their order, requests in theirs', async () => {
    const { serving } = scripted(shout)
    const say = prompt('say {{word}}')
    expect(await serving.generateWithPrompt(say, { word: 'a' })).toBe('SAY A')
    const words = ['a', 'b', 'c'].map((word) => ({ word }))
    expect(await serving.batchGenerateWithPrompts([say, say, say], words)).toEqual(['SAY A', 'SAY B', 'SAY C'])
    const requests = words.map(({ word }) => ({ messages: [{ role: 'user' as const, content: word }] }))
    const answers = await Array.fromAsync(serving.generateBatch(requests))
    expect(answers.map(({ text }) => text)).toEqual(['A', 'B', 'C'])
  })

  test('prompts and variables of unequal length are an error, and nothing is asked', async () => {
    const { serving, requests } = scripted(shout)
    await expect(serving.batchGenerateWithPrompts([prompt('{{a}}')], [])).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_BATCH_LENGTH',
    })
    expect(requests).toEqual([])
  })

  test('a null for a property that may be missing costs no second request', async () => {
    const { serving, requests } = scripted(() => '{"name":"Ann","nick":null}')
    const schema = z.object({ name: z.string(), nick: z.string().optional() })
    expect(await generateObject(serving, { messages: [{ role: 'user', content: 'Who?' }] }, schema)).toEqual({
      name: 'Ann',
    })
    expect(requests).toHaveLength(1)
  })

  test('a missing variable is an error before anything is asked', async () => {
    const { serving, requests } = scripted(shout)
    await expect(serving.generateWithPrompt(prompt('{{a}}'), {} as { a: string })).rejects.toMatchObject({
      code: 'MAESTRO_PROMPT_VARIABLE_MISSING',
    })
    expect(requests).toEqual([])
  })

  test('a setting that the model does not accept is not sent, and the usage record carries a warning', async () => {
    const { provider, requests } = scripted(shout)
    const capabilities = { ...provider.capabilities, unsupportedSettings: ['topK', 'seed'] as const }
    const warnings: unknown[] = []
    const plane = new ServingPlane({ observer: { requestDone: (event) => warnings.push(event.warnings) } })
    const serving = new EnhancedLLMServing({ ...provider, capabilities }, { plane })
    await serving.generate({ messages: [{ role: 'user', content: 'a' }], topK: 3, temperature: 0 })
    expect(requests[0]).not.toHaveProperty('topK')
    expect(requests[0]).toHaveProperty('temperature', 0)
    expect(warnings).toEqual([['The model scripted does not accept `topK`, which is not sent.']])
  })

  test('any error of a provider is typed and reported to the observer', async () => {
    const { provider } = scripted(() => {
      throw new TypeError('socket hang up')
    })
    const events: unknown[] = []
    const plane = new ServingPlane({ observer: { requestDone: (event) => events.push(event) } })
    const serving = new EnhancedLLMServing(provider, { plane })
    await expect(
      serving.generate({ messages: [{ role: 'user', content: 'x' }] }, { step: 's', rowId: 'r' }),
    ).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_FAILED',
    })
    expect(events).toMatchObject([
      { serving: 'scripted', step: 's', rowId: 'r', error: { code: 'MAESTRO_SERVING_FAILED' } },
    ])
  })
})

test('one that is in a plane already moves into another with its settings, and is not wrapped twice', async () => {
  const { provider, requests } = scripted(() => {
    throw maestroError('MAESTRO_SERVING_SERVER', { serving: 'scripted', reason: 'down' })
  })
  const given = new EnhancedLLMServing(provider, { settings: { retries: 0 } })
  const events: unknown[] = []
  const moved = enhance(given, {
    plane: new ServingPlane({ observer: { requestDone: (event) => events.push(event) } }),
  })
  expect(moved).toBeInstanceOf(EnhancedLLMServing)
  await expect(
    (moved as EnhancedLLMServing).generate({ messages: [{ role: 'user', content: 'x' }] }),
  ).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_SERVER',
  })
  expect(requests).toHaveLength(1)
  expect(events).toHaveLength(1)
})

describe('generateObject', () => {
  const schema = z.object({ tone: z.enum(['good', 'bad']) })
  const request: LLMRequest = { messages: [{ role: 'user', content: 'tone?' }] }

  test('a provider that knows schemas gets the schema', async () => {
    const { provider, requests } = scripted(() => '{"tone":"good"}')
    expect(await generateObject(provider, request, schema)).toEqual({ tone: 'good' })
    expect(requests[0]?.schema).toMatchObject({ properties: { tone: { enum: ['good', 'bad'] } } })
    expect(requests[0]?.messages).toEqual(request.messages)
  })

  test('a model without schemas gets the schema in the prompt, and text around the answer is ignored', async () => {
    const { provider, requests } = scripted(() => 'Of course:\n```json\n{"tone":"bad"}\n```', false)
    expect(await generateObject(provider, request, schema)).toEqual({ tone: 'bad' })
    expect(requests[0]?.schema).toBeUndefined()
    expect(requests[0]?.messages.at(-1)?.content).toContain('"enum":["good","bad"]')
  })

  test('the instruction stands in the last turn of the user, whatever that is made of', async () => {
    const { provider, requests } = scripted(() => '{"tone":"bad"}', false)
    const image = { type: 'image' as const, data: new Uint8Array([0xff, 0xd8, 0xff]), mediaType: 'image/jpeg' }
    await generateObject(provider, request, schema)
    await generateObject(provider, { messages: [{ role: 'user', content: [image] }] }, schema)
    await generateObject(provider, { messages: [{ role: 'assistant', content: 'Go on' }] }, schema)
    expect(requests.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user'],
      ['user'],
      ['assistant', 'user'],
    ])
    expect(requests[0]?.messages[0]?.content).toMatch(/^tone\?\n\nAnswer with JSON only/)
    expect(requests[1]?.messages[0]?.content).toEqual([image, { type: 'text', text: expect.stringContaining('enum') }])
  })

  test('an answer that does not fit is shown to the model with its faults, once', async () => {
    const { provider, requests } = scripted(({ messages }) =>
      messages.length === 1 ? 'Sure! {"tone":"odd"}' : '{"tone":"good"}',
    )
    expect(await generateObject(provider, request, schema)).toEqual({ tone: 'good' })
    expect(requests).toHaveLength(2)
    const [question, answer, fault] = requests[1]?.messages ?? []
    expect(question).toEqual(request.messages[0])
    expect(answer).toEqual({ role: 'assistant', content: 'Sure! {"tone":"odd"}' })
    expect(fault?.content).toMatch(/does not fit:\n- tone: "good" or "bad" is expected, not /)
  })

  test('as often as `repairs` says, and then it is a typed error that holds the faults', async () => {
    for (const repairs of [0, 3]) {
      const { provider, requests } = scripted(() => '{"tone":"odd"}')
      const serving = new EnhancedLLMServing(provider, { settings: { repairs } })
      await expect(generateObject(serving, request, schema)).rejects.toMatchObject({
        code: 'MAESTRO_SERVING_SCHEMA_MISMATCH',
        details: { issues: [expect.stringContaining('tone')] },
      })
      expect(requests).toHaveLength(repairs + 1)
    }
  })

  test.each([
    ['no JSON', 'MAESTRO_SERVING_MALFORMED_REPLY'],
    ['{"tone":"odd"}', 'MAESTRO_SERVING_SCHEMA_MISMATCH'],
  ])('%s is a typed error', async (answer, code) => {
    const { provider } = scripted(() => answer, false)
    await expect(generateObject(provider, request, schema)).rejects.toMatchObject({ code })
  })
})

test('a schema that the provider refuses goes into the prompt, for this and for later requests', async () => {
  const { serving, requests } = scripted((request) => {
    if (request.schema !== undefined)
      throw maestroError('MAESTRO_SERVING_SCHEMA_REFUSED', { serving: 'scripted', reason: 'no grammar' })
    return '{"tone":"bad"}'
  })
  const schema = z.object({ tone: z.string() })
  const ask = (content: string) => generateObject(serving, { messages: [{ role: 'user', content }] }, schema)
  expect(await ask('one')).toEqual({ tone: 'bad' })
  expect(await ask('two')).toEqual({ tone: 'bad' })
  expect(requests.map((request) => request.schema !== undefined)).toEqual([true, false, false])
  expect(requests[2]?.messages[0]?.content).toContain('JSON Schema')
})

test('the usage of an answer that cannot be used is counted', async () => {
  const { provider } = scripted(() => '')
  let spent: unknown
  const plane = new ServingPlane({ observer: { requestDone: (event) => void (spent = event.usage) } })
  const unfinished = {
    ...provider,
    generate: () =>
      Promise.reject(
        maestroError('MAESTRO_SERVING_UNFINISHED', {
          serving: 'scripted',
          reason: 'pause',
          usage: { inputTokens: 5, outputTokens: 7 },
        }),
      ),
  }
  const asked = new EnhancedLLMServing(unfinished, { plane }).generate({ messages: [{ role: 'user', content: 'x' }] })
  await expect(asked).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNFINISHED' })
  expect(spent).toEqual({ inputTokens: 5, outputTokens: 7 })
})
