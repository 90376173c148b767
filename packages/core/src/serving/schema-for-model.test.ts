import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../contracts/schema.js'
import { checkOf, toJsonSchema } from './schema-for-model.js'

const libraries: readonly (readonly [string, Schema<unknown, { tone: 'good' | 'bad'; stars?: number | undefined }>])[] =
  [
    ['zod', z.object({ tone: z.enum(['good', 'bad']), stars: z.number().optional() })],
    ['valibot', toStandardJsonSchema(v.object({ tone: v.picklist(['good', 'bad']), stars: v.optional(v.number()) }))],
    ['arktype', type({ tone: "'good' | 'bad'", 'stars?': 'number' })],
  ]

describe.each(libraries)('a schema of %s', (_, schema) => {
  test('as JSON Schema', () => {
    expect(toJsonSchema(schema)).toMatchObject({
      type: 'object',
      properties: { tone: { enum: expect.arrayContaining(['good', 'bad']) }, stars: { type: 'number' } },
      required: ['tone'],
    })
    expect(toJsonSchema(schema)).toBe(toJsonSchema(schema))
  })

  test('checks an answer', async () => {
    const check = checkOf(schema)
    expect(await check({ tone: 'good', stars: 4 })).toEqual({ value: { tone: 'good', stars: 4 } })
    expect(await check({ tone: 'odd' })).toEqual({ issues: [expect.stringContaining('tone')] })
  })
})

test('a schema that gives no JSON Schema is an error that says what to do', () => {
  expect(() => toJsonSchema(v.object({ a: v.string() }))).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_SERVING_SCHEMA_UNSUPPORTED',
      hint: expect.stringContaining('toStandardJsonSchema'),
    }),
  )
  expect(() => toJsonSchema(z.object({ when: z.date() }))).toThrow(
    expect.objectContaining({ code: 'MAESTRO_SERVING_SCHEMA_UNSUPPORTED' }),
  )
})

test('a schema that refers to itself', async () => {
  const tree: z.ZodType = z.object({
    name: z.string(),
    get children() {
      return z.array(tree).optional()
    },
  })
  expect(JSON.stringify(toJsonSchema(tree))).toContain('"$ref"')
  const check = checkOf(tree)
  expect(await check({ name: 'a', children: [{ name: 'b' }] })).toMatchObject({ value: { name: 'a' } })
  expect(await check({ name: 'a', children: [{}] })).toMatchObject({
    issues: [expect.stringContaining('children.0.name')],
  })
})

test('a check may be asynchronous and may change the value', async () => {
  const schema = z.object({ n: z.number() }).transform(async ({ n }) => n + 1)
  expect(await checkOf(schema)({ n: 1 })).toEqual({ value: 2 })
})

test.each<[string, z.ZodType, object, unknown, unknown]>([
  ['a pipe', z.string().transform(Number).pipe(z.number()), { type: 'string' }, '5', 5],
  ['a text that says yes or no', z.stringbool(), { type: 'string' }, 'yes', true],
  [
    'a date that is made of a text',
    z.coerce.date(),
    { type: 'string', format: 'date-time' },
    '2026-01-02T00:00:00Z',
    new Date('2026-01-02T00:00:00Z'),
  ],
  ['a big number', z.coerce.bigint(), { type: 'integer' }, 5, 5n],
  [
    'a codec',
    z.codec(z.iso.datetime(), z.date(), { decode: (text) => new Date(text), encode: (date) => date.toISOString() }),
    { type: 'string' },
    '2026-01-02T00:00:00Z',
    new Date('2026-01-02T00:00:00Z'),
  ],
  [
    'a text that is trimmed first',
    z.preprocess((given) => String(given).trim(), z.string()),
    { type: 'string' },
    ' a ',
    'a',
  ],
  ['a number that is made of a text', z.coerce.number(), { type: 'number' }, '5', 5],
  ['one of two inputs', z.union([z.string().transform(Number), z.number()]), {}, '5', 5],
  [
    'a list that is made of a text',
    z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(z.string())),
    { type: 'string' },
    'a,b',
    ['a', 'b'],
  ],
  [
    'a set that is made of a list',
    z.array(z.string()).transform((list) => new Set(list)),
    { type: 'array', items: { type: 'string' } },
    ['a'],
    new Set(['a']),
  ],
  [
    'a choice that is changed',
    z.enum(['a', 'b']).transform((value) => value.toUpperCase()),
    { enum: ['a', 'b'] },
    'a',
    'A',
  ],
  ['a fallback', z.number().catch(0), { type: 'number' }, 'none', 0],
  ['a text with a pattern', z.templateLiteral(['v', z.number()]), { type: 'string' }, 'v1', 'v1'],
])('a model is shown what the schema takes: %s', async (_, schema, shown, answer, value) => {
  expect(toJsonSchema(z.object({ it: schema }))).toMatchObject({ properties: { it: shown } })
  expect(await checkOf(schema)(answer)).toEqual({ value })
})

test('objects are closed, and properties with a default are required too', () => {
  const schema = z.object({ a: z.string().default('x'), b: z.string().optional(), c: z.looseObject({}) })
  const json = toJsonSchema(schema)
  expect(json).toMatchObject({ additionalProperties: false, required: ['a', 'c'] })
  expect((json.properties as Record<string, object>).c).not.toMatchObject({ additionalProperties: false })
})

test.each([z.date(), z.bigint(), z.map(z.string(), z.string()), z.set(z.string())])(
  'what no JSON gives is refused, with what to use instead',
  (schema) => {
    expect(() => toJsonSchema(z.object({ it: schema }))).toThrow(
      expect.objectContaining({ code: 'MAESTRO_SERVING_SCHEMA_UNSUPPORTED', hint: expect.stringMatching(/^Use z\./) }),
    )
  },
)
