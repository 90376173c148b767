import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContentPart, LLMRequest, LLMServing, Message, ServingBase } from '../contracts/serving.js'
import { fingerprintPair, fingerprintRequest, fingerprintText } from './fingerprint.js'

const serving = (more: Partial<ServingBase> = {}): LLMServing => ({
  kind: 'llm',
  name: 'mine',
  provider: 'openai',
  model: 'm-1',
  identity: { baseUrl: 'http://localhost', temperature: 0 },
  capabilities: { jsonSchema: true, images: true, audio: false },
  generate: () => Promise.reject(),
  ...more,
})

const keyOf = (request: LLMRequest, of: ServingBase = serving()) => fingerprintRequest(of, request).key

/** Any text, also such as no encoding but JSON's can tell apart. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'a', '\ud800', '\udbff', '\ufffd', '"],["'))
const bytes = fc.uint8Array({ maxLength: 8 })
const part: fc.Arbitrary<ContentPart> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record(
    {
      type: fc.constantFrom('image' as const, 'audio' as const, 'file' as const),
      data: fc.oneof(
        bytes,
        fc.webUrl().map((address) => new URL(address)),
      ),
      mediaType: fc.constantFrom('image/png', 'image/jpeg'),
      name: fc.constantFrom('a.png', 'b.png'),
    },
    { requiredKeys: ['type', 'data', 'mediaType'] },
  ),
)
const message: fc.Arbitrary<Message> = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
  content: fc.oneof(text, fc.array(part, { maxLength: 3 })),
})

/** Every field that a request may have: one that is added to the type without being here does not compile. */
const fields: { readonly [Name in keyof LLMRequest]-?: fc.Arbitrary<NonNullable<LLMRequest[Name]>> } = {
  messages: fc.array(message, { maxLength: 3 }),
  schema: fc.constantFrom(
    { type: 'object' },
    { type: 'object', properties: { a: {}, b: {} } },
    { type: 'object', properties: { b: {}, a: {} } },
  ),
  json: fc.boolean(),
  sample: fc.nat(3),
  logprobs: fc.nat(3),
  promptVersion: text,
  temperature: fc.double({ min: 0, max: 2, noNaN: true }),
  topP: fc.double({ min: 0, max: 1, noNaN: true }),
  topK: fc.nat(50),
  seed: fc.integer(),
  stop: fc.array(text, { maxLength: 2 }),
  maxTokens: fc.nat(100),
}
const names = Object.keys(fields) as (keyof LLMRequest)[]
const request = fc.record(fields, { requiredKeys: ['messages'] }) as fc.Arbitrary<LLMRequest>

/** What JSON does not tell apart, and no model does: -0 and 0. A sample that is not named is the first. */
const meaning = (value: unknown): unknown =>
  JSON.stringify(value, (_, held) =>
    held instanceof Uint8Array ? { bytes: [...held] } : held instanceof URL ? { url: held.href } : held,
  )

describe('the key of a request', () => {
  test('changes with every field of it, and with nothing else', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(...names), fc.gen(), (one, name, gen) => {
        const value = gen(() => fields[name] as fc.Arbitrary<unknown>)
        const other = { ...one, [name]: value } as LLMRequest
        const before = name === 'sample' ? (one.sample ?? 0) : one[name]
        const same = before !== undefined && meaning(before) === meaning(value)
        expect(keyOf(one) === keyOf(other)).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })

  test('is the same whatever the order of the settings, and for settings that are undefined', () => {
    fc.assert(
      fc.property(request, (one) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse()) as unknown as LLMRequest
        const widened = { topK: undefined, seed: undefined, ...one } as LLMRequest
        expect(keyOf(reversed)).toBe(keyOf(one))
        expect(keyOf(widened)).toBe(keyOf(one))
      }),
    )
  })

  test('does not mistake one message in parts for another', () => {
    const turn = (content: Message['content']) => keyOf({ messages: [{ role: 'user', content }] })
    const data = new Uint8Array([1])
    const image = { type: 'image' as const, data, mediaType: 'image/png' }
    const keys = [
      turn('a'),
      turn([{ type: 'text', text: 'a' }]),
      turn([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
      turn([{ type: 'text', text: 'a\nb' }]),
      turn([{ type: 'text', text: 'ab' }]),
      turn([image]),
      turn([{ ...image, data: new Uint8Array([2]) }]),
      turn([{ ...image, mediaType: 'image/jpeg' }]),
      turn([{ ...image, name: 'a.png' }]),
      turn([{ ...image, type: 'file' }]),
      keyOf({
        messages: [
          { role: 'user', content: 'a' },
          { role: 'user', content: 'b' },
        ],
      }),
      keyOf({ messages: [{ role: 'user', content: 'ab' }] }),
      keyOf({ messages: [{ role: 'system', content: 'a' }] }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('changes with provider, model and all that the provider says of itself, and not with the name in the config', () => {
    const asked: LLMRequest = { messages: [{ role: 'user', content: 'a' }] }
    const keys = [
      serving(),
      serving({ provider: 'azure' }),
      serving({ model: 'm-2' }),
      serving({ identity: {} }),
      serving({ identity: { baseUrl: 'http://localhost', temperature: 1 } }),
      serving({ identity: { baseUrl: 'http://localhost', temperature: 0, topP: 1 } }),
      serving({ identity: { baseUrl: 'http://localhost', temperature: '0' } }),
    ].map((one) => keyOf(asked, one))
    expect(new Set(keys).size).toBe(keys.length)
    expect(keyOf(asked, serving({ name: 'yours' }))).toBe(keys[0])
    const more = { baseUrl: 'http://localhost', temperature: 0, seed: undefined }
    expect(keyOf(asked, serving({ identity: more }))).toBe(keys[0])
  })

  test('is another one for a vector, a score and an answer', () => {
    const asked: LLMRequest = { messages: [{ role: 'user', content: 'a' }] }
    const vector = (said: string) => fingerprintText(serving(), said).key
    const score = (query: string, document: string) => fingerprintPair(serving(), query, document).key
    const keys = [
      keyOf(asked),
      vector('a'),
      vector('b'),
      vector('\ud800'),
      vector('\udbff'),
      score('a', 'b'),
      score('ab', ''),
      score('b', 'a'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('its parts', () => {
  test('say every thing by its name; of long texts the beginning and a hash', () => {
    const { parts } = fingerprintRequest(serving(), {
      messages: [
        { role: 'system', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x'.repeat(300) },
            { type: 'image', data: new Uint8Array([1]), mediaType: 'image/png' },
          ],
        },
      ],
      temperature: 0.5,
      stop: ['a', 'b'],
      schema: { type: 'object' },
      sample: 2,
      promptVersion: 'v1',
    })
    expect(parts).toEqual({
      kind: 'llm',
      provider: 'openai',
      model: 'm-1',
      'serving.baseUrl': 'http://localhost',
      'serving.temperature': '0',
      'message 1 (system)': 'Be brief',
      'message 2 (user)': expect.stringMatching(
        /^x{100}\.\.\. \(300 characters, sha256:[0-9a-f]{64}\)\nimage image\/png sha256:[0-9a-f]{64}$/,
      ),
      stop: '["a","b"]',
      temperature: '0.5',
      schema: '{"type":"object"}',
      sample: '2',
      'prompt version': 'v1',
    })
  })
})
