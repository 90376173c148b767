import { expect, test } from 'vitest'
import { z } from 'zod'
import { errorOf } from '../__fixtures__/project-folder.js'
import { echo } from '../__fixtures__/small-plugin.js'
import type { UsedComponent } from '../config/resolved-config.js'
import { env } from '../contracts/config.js'
import type { ServingNeededEvent } from '../contracts/events.js'
import type { LLMServing, Serving } from '../contracts/serving.js'
import type { ServingDefinition } from '../contracts/serving-definition.js'
import type { ServingSettings } from '../contracts/serving-settings.js'
import { createToken } from '../contracts/token.js'
import { defineServing } from '../define/define-component.js'
import { maestroError } from '../errors/error-table.js'
import { Registry } from '../plugins/registry.js'
import { ConfiguredServings } from './servings.js'

const NAME = createToken<string>('test.name')
const made: unknown[] = []
const chat = defineServing({
  name: 'acme.chat',
  kind: 'llm',
  options: z.strictObject({ model: z.string(), apiKey: z.string().default('none') }),
  inject: [NAME],
  capabilities: () => ({ jsonSchema: true, images: false, audio: false }),
  create: (options, [name]): LLMServing => {
    made.push([options, name])
    return { ...echo(), dispose: async () => void made.push('freed') }
  },
})
const vectors = defineServing({
  name: 'acme.vectors',
  kind: 'embedding',
  options: z.object({}),
  create: () => ({
    kind: 'embedding',
    name: 'v',
    embed: async () => ({ vectors: [], usage: { inputTokens: 0, outputTokens: 0 }, model: 'v' }),
  }),
})

const slow = defineServing({
  name: 'acme.slow',
  kind: 'llm',
  options: { '~standard': { version: 1, vendor: 'x', validate: async (value) => ({ value }) } },
  create: () => echo(),
})
const elsewhere = defineServing({
  name: 'acme.elsewhere',
  kind: 'llm',
  options: z.strictObject({ model: z.string(), key: z.string().optional() }),
  check: ({ model }, { directory }) => {
    throw maestroError('MAESTRO_SERVING_FAILED', { serving: model, reason: `it is not in ${directory}` })
  },
  create: () => echo(),
})
const refusing = defineServing({
  name: 'acme.refusing',
  kind: 'llm',
  options: { '~standard': { version: 1, vendor: 'x', validate: () => ({ issues: [{ message: 'not today' }] }) } },
  create: () => echo(),
})

function servingsOf(
  servings: Readonly<Record<string, UsedComponent | Serving>>,
  inCode = false,
  needed = (event: ServingNeededEvent) => event,
) {
  made.length = 0
  const registry = new Registry()
  for (const definition of [chat, vectors, slow, elsewhere, refusing])
    registry.registrar('servings', 'acme').add(definition as ServingDefinition)
  const secrets: string[] = []
  const wrapped: Serving[] = []
  const settings: ServingSettings[] = []
  const configured = new ConfiguredServings({
    path: inCode ? undefined : '/project/maestro.config.json',
    servings,
    directory: '/project',
    registry: registry.seal(),
    resolve: (tokens) => tokens.map((token) => token.name),
    keepSecret: (secret) => void secrets.push(secret),
    needed,
    enhance: (provider, given) => {
      wrapped.push(provider)
      settings.push(given)
      return provider
    },
  })
  return { configured, secrets, wrapped, settings }
}

test('a serving is made when first asked for, with its options and what it injects, once', async () => {
  const options = { use: 'acme.chat', model: 'm', apiKey: env('MAESTRO_TEST_NONE', 'fallback') }
  const { configured, secrets, wrapped } = servingsOf({ default: options })
  expect(configured.describe('default', 'llm', 'a')).toEqual({
    kind: 'llm',
    capabilities: expect.objectContaining({ jsonSchema: true }),
    options,
  })
  expect(made).toEqual([])
  const serving = configured.get('default', 'llm')
  expect(configured.get('default', 'llm')).toBe(serving)
  expect(made).toEqual([[{ model: 'm', apiKey: 'fallback' }, 'test.name']])
  expect(secrets).toContain('fallback')
  expect(wrapped).toHaveLength(1)
  await configured.dispose()
  await configured.dispose()
  expect(made.slice(1)).toEqual(['freed'])
})

test('a description reports what a plugin finds wrong without creating the serving', () => {
  const { configured } = servingsOf({ default: { use: 'acme.elsewhere', model: 'm', key: env('MAESTRO_TEST_NONE') } })
  expect(() => configured.describe('default', 'llm', 'a')).toThrow('it is not in /project')
  // The plan of a pipeline that does not use the serving is content.
  expect(configured.check()).toEqual([])
  expect(configured.check(() => undefined)).toEqual([
    { setting: 'servings.default', error: expect.objectContaining({ code: 'MAESTRO_SERVING_FAILED' }) },
  ])
})

test('one made in code is used as it is, inside the serving plane', () => {
  const own = echo()
  const { configured, wrapped } = servingsOf({ default: own })
  expect(configured.get('default', 'llm')).toBe(own)
  expect(wrapped).toEqual([own])
  expect(configured.describe('default', 'llm', 'a')).toEqual({
    kind: 'llm',
    capabilities: own.capabilities,
    options: {},
  })
})

test('settings of every serving are for the plane, the rest is for the provider', async () => {
  const all = { limits: { concurrency: 3 }, timeout: 5, retries: 0, repairs: 2, cache: false, price: { input: 1 } }
  const { configured, settings } = servingsOf({ default: { use: 'acme.chat', model: 'm', ...all } })
  configured.get('default', 'llm')
  expect(made).toEqual([[{ model: 'm', apiKey: 'none' }, 'test.name']])
  expect(settings).toEqual([all])
})

test.each([
  [{ limits: { concurrency: 0 } }, 'servings.default.limits.concurrency'],
  [{ limits: { requestsPerMinute: Number.NaN } }, 'servings.default.limits.requestsPerMinute'],
  [{ limits: { perMinute: 3 } }, 'servings.default.limits'],
  [{ timeout: 0 }, 'servings.default.timeout'],
  [{ timeout: { whole: 1 } }, 'servings.default.timeout'],
  [{ retries: -1 }, 'servings.default.retries'],
  [{ repairs: 1.5 }, 'servings.default.repairs'],
  [{ cache: 'yes' }, 'servings.default.cache'],
  [{ price: { input: -1 } }, 'servings.default.price.input'],
  [{ price: { output: 1 } }, '`servings.default.price.input` is missing'],
])('an invalid setting is reported with its place: %j', async (setting, place) => {
  const { configured } = servingsOf({ default: { use: 'acme.chat', model: 'm', ...setting } })
  const error = await errorOf(() => configured.get('default', 'llm'))
  expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
  expect(error.details.issues).toEqual([expect.stringContaining(place)])
})

test.each([
  ['unknown', { fallback: 'bg' }, 'no serving "bg" is configured; did you mean "big"?'],
  ['the serving itself', { fallback: 'default' }, 'the fallbacks form a circle: default > default'],
  ['a circle', { fallback: 'round' }, 'the fallbacks form a circle: default > round > default'],
  ['of another kind', { fallback: 'vectors' }, '"vectors" is of kind embedding, not llm'],
])('a fallback that is %s is reported with its place', async (_, setting, reason) => {
  const { configured } = servingsOf({
    default: { use: 'acme.chat', model: 'm', ...setting },
    big: { use: 'acme.chat', model: 'b' },
    round: { use: 'acme.chat', model: 'r', fallback: 'default' },
    vectors: { use: 'acme.vectors' },
  })
  const [fault] = configured.check().filter(({ setting: place }) => place === 'servings.default')
  expect(fault?.error.details.issues).toEqual([`servings.default.fallback: ${reason}`])
  expect(await errorOf(() => configured.get('default', 'llm'))).toMatchObject({ code: 'MAESTRO_CONFIG_INVALID' })
})

test('vectors have no fallback: those of two models cannot be compared', () => {
  const use = 'acme.vectors'
  const { configured } = servingsOf({ embedder: { use, fallback: 'other' }, other: { use } })
  expect(configured.check().map(({ error }) => error.message)).toEqual([expect.stringContaining('cannot be compared')])
})

test('a serving with another fallback gives other answers', () => {
  const chatOf = (model: string, more = {}) => ({ use: 'acme.chat', model, ...more })
  const servings = { a: chatOf('a'), b: chatOf('b'), c: chatOf('c') }
  const identified = (fallback?: string) =>
    servingsOf({ ...servings, default: chatOf('m', { fallback }) }).configured.identify('default', 'llm')
  expect(identified('a')).toEqual(identified('a'))
  expect(new Set([undefined, 'a', 'b', 'c'].map((name) => JSON.stringify(identified(name)))).size).toBe(4)
})

test('a serving of another kind is refused and not kept', async () => {
  const { configured } = servingsOf({ embedder: { use: 'acme.vectors' } })
  for (let time = 0; time < 2; time++)
    expect(await errorOf(() => configured.get('embedder', 'llm'))).toMatchObject({
      code: 'MAESTRO_SERVING_KIND',
      message: 'The serving "embedder" is of kind embedding, but llm is needed.',
      hint: 'Name another serving.',
    })
  expect(configured.get('embedder', 'embedding').name).toBe('v')
})

test('every kind goes inside the serving plane; only language models have capabilities', () => {
  const own = vectors.create({}, [])
  const options = { use: 'acme.vectors' }
  const { configured, wrapped } = servingsOf({ embedder: options, own })
  expect(configured.get('own', 'embedding')).toBe(own)
  const embedder = configured.get('embedder', 'embedding')
  expect(wrapped).toEqual([own, embedder])
  const described = { kind: 'embedding', capabilities: undefined }
  expect(configured.describe('own', 'embedding', 'a')).toEqual({ ...described, options: {} })
  expect(configured.describe('embedder', 'embedding', 'a')).toEqual({ ...described, options })
})

test('each is freed though one cannot be', async () => {
  const freed: string[] = []
  const stuck = { ...echo(), dispose: () => Promise.reject(new Error('stuck')) }
  const { configured } = servingsOf({ stuck, other: { ...echo(), dispose: async () => void freed.push('other') } })
  configured.get('stuck', 'llm')
  configured.get('other', 'llm')
  expect((await errorOf(() => configured.dispose())).message).toContain(
    'servings.stuck could not be disposed of: stuck',
  )
  expect(freed).toEqual(['other'])
})

test('a schema that says nothing of its options, or is asynchronous', async () => {
  const issuesOf = async (use: string) => {
    const error = await errorOf(() =>
      servingsOf({ default: { use, model: 'm' } }, true).configured.get('default', 'llm'),
    )
    expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
    return error.details
  }
  expect(await issuesOf('acme.refusing')).toMatchObject({
    path: 'given in code',
    issues: ['servings.default: not today'],
  })
  expect(await issuesOf('acme.slow')).toMatchObject({
    issues: ['servings.default: the schema of acme.slow must not be asynchronous'],
  })
})

test('the error for an unknown name lists the known ones, the near one, and a line to add', async () => {
  const { configured } = servingsOf({ default: { use: 'acme.chat', model: 'm' } })
  for (const name of ['defualt', '__proto__', 'toString'])
    expect(await errorOf(() => configured.get(name, 'llm'))).toMatchObject({ code: 'MAESTRO_SERVING_UNKNOWN' })
  expect((await errorOf(() => configured.get('defualt', 'llm'))).hint).toMatch(/Did you mean "default"\?/)
  expect((await errorOf(() => configured.get('x', 'llm'))).hint).toContain("use: 'local.chat'")
  expect((await errorOf(() => configured.get('x', 'embedding'))).hint).toContain("use: 'local.embeddings'")
  expect((await errorOf(() => configured.get('x', 'rerank'))).hint).toContain('one of kind rerank')
  expect((await errorOf(() => configured.get('x', 'transcription'))).hint).toContain('one of kind transcription')
})

test('options that are not valid: every fault with its setting and the file', async () => {
  const { configured } = servingsOf({ default: { use: 'acme.chat', modle: 'm' } })
  const error = await errorOf(() => configured.get('default', 'llm'))
  expect(error.code).toBe('MAESTRO_CONFIG_INVALID')
  expect(error.message).toContain('The config /project/maestro.config.json is not valid')
  expect(error.details.issues).toEqual([
    'servings.default.modle: there is no such setting. Did you mean "model"? Known: model, apiKey.',
    '`servings.default.model` is missing: a string is expected',
  ])
})

test('a plugin may put another serving in the place of one, which is then not made, nor its key read', () => {
  const events: ServingNeededEvent[] = []
  const other = echo()
  const apiKey = env('MAESTRO_TEST_NOT_SET')
  const config = { default: { use: 'acme.chat', model: 'm', apiKey, retries: 2 }, given: other }
  const { configured, wrapped, settings } = servingsOf(config, false, (event) => {
    events.push(event)
    return { ...event, make: () => other }
  })
  configured.get('default', 'llm')
  configured.get('default', 'llm')
  configured.get('given', 'llm')
  expect(made).toEqual([])
  expect(wrapped).toEqual([other, other])
  expect(settings).toEqual([{ retries: 2 }, {}])
  expect(events).toMatchObject([
    { name: 'default', kind: 'llm', config: { use: 'acme.chat', model: 'm', apiKey } },
    { name: 'given', kind: 'llm', config: undefined },
  ])
  expect(() => events[0]?.make()).toThrow(expect.objectContaining({ code: 'MAESTRO_CONFIG_ENV_MISSING' }))
})
