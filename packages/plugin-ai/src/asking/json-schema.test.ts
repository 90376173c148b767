import { toJsonSchema } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answerColumns } from './answer-columns.js'
import { schemaOption } from './json-schema.js'

const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more,
})

async function fits(json: unknown, value: unknown): Promise<boolean> {
  const result = await schemaOption.parse(json)['~standard'].validate(value)
  return result.issues === undefined
}

describe('a JSON Schema validates', () => {
  test.each<[keyword: string, schema: object, good: unknown, bad: unknown]>([
    ['type', { type: 'string' }, 'x', 1],
    ['type integer', { type: 'integer' }, 1, 1.5],
    ['a list of types', { type: ['string', 'null'] }, null, 1],
    ['enum', { enum: ['a', 'b'] }, 'b', 'c'],
    ['enum beside type', { type: 'string', enum: ['a', 'b'] }, 'b', 'c'],
    ['enum of numbers', { type: 'integer', enum: [1, 2] }, 2, 3],
    ['enum of several types', { enum: ['a', 1, null] }, null, 2],
    ['const', { const: 'a' }, 'a', 'b'],
    ['minLength', { type: 'string', minLength: 2 }, 'ab', 'a'],
    ['maxLength', { type: 'string', maxLength: 2 }, 'ab', 'abc'],
    ['pattern', { type: 'string', pattern: '^a' }, 'ab', 'b'],
    ['format email', { type: 'string', format: 'email' }, 'a@b.co', 'ab'],
    ['minimum', { type: 'number', minimum: 2 }, 2, 1],
    ['maximum', { type: 'number', maximum: 2 }, 2, 3],
    ['exclusiveMinimum', { type: 'number', exclusiveMinimum: 2 }, 2.1, 2],
    ['exclusiveMaximum', { type: 'number', exclusiveMaximum: 2 }, 1.9, 2],
    ['multipleOf', { type: 'number', multipleOf: 5 }, 10, 11],
    ['properties', object({ a: { type: 'string' } }), { a: 'x' }, { a: 1 }],
    ['required', object({ a: { type: 'string' } }), { a: 'x' }, {}],
    ['optional properties', { type: 'object', properties: { a: { type: 'string' } } }, {}, { a: 1 }],
    ['properties of properties', object({ a: object({ b: { type: 'number' } }) }), { a: { b: 1 } }, { a: { b: 'x' } }],
    ['additionalProperties false', object({}, { additionalProperties: false }), {}, { a: 1 }],
    ['additionalProperties of a type', object({}, { additionalProperties: { type: 'string' } }), { a: 'x' }, { a: 1 }],
    ['items', { type: 'array', items: { type: 'string' } }, ['x'], [1]],
    ['minItems', { type: 'array', items: { type: 'string' }, minItems: 1 }, ['x'], []],
    ['maxItems', { type: 'array', items: { type: 'string' }, maxItems: 1 }, ['x'], ['x', 'y']],
    ['anyOf', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 1, true],
    ['oneOf', { oneOf: [{ type: 'number' }, { type: 'number', minimum: 5 }] }, 1, 6],
    [
      'allOf',
      {
        allOf: [
          { type: 'number', minimum: 1 },
          { type: 'number', maximum: 2 },
        ],
      },
      1,
      3,
    ],
    [
      'allOf beside properties',
      object({ a: { type: 'number' } }, { allOf: [object({ b: { type: 'number' } })] }),
      { a: 1, b: 1 },
      { a: 1 },
    ],
    ['$ref', { ...object({ a: { $ref: '#/$defs/n' } }), $defs: { n: { type: 'number' } } }, { a: 1 }, { a: 'x' }],
  ])('%s', async (_keyword, schema, good, bad) => {
    expect(await fits(schema, good)).toBe(true)
    expect(await fits(schema, bad)).toBe(false)
  })

  test('and is shown to models and plans as it was written', () => {
    const json = object({ tone: { enum: ['good', 'bad'], description: 'How it sounds' } }, { title: 'Review' })
    expect(toJsonSchema(schemaOption.parse(json))).toEqual(json)
  })

  test('a schema of a library stays as it is', () => {
    const schema = z.object({ a: z.string() })
    expect(schemaOption.parse(schema)).toBe(schema)
  })
})

describe('schemas that would pass unchecked are refused, with their place', () => {
  test.each<[what: string, schema: unknown, place: string, message: string]>([
    ['what is no object', 'string', '', 'expected object'],
    ['nothing', {}, '', '`type` is missing'],
    ['a misspelt keyword', { type: 'object', propertis: {} }, '', '"propertis"'],
    ['a keyword of another time', { type: 'object', dependencies: {} }, '', '"dependencies"'],
    ['an unknown type', object({ a: { type: 'text' } }), 'properties.a.type', 'a type is expected'],
    ['a property without a type', object({ a: { description: 'x' } }), 'properties.a', '`type` is missing'],
    ['a property that is a text', object({ a: 'string' }), 'properties.a', 'expected object'],
    [
      'a bound that is no number',
      object({ a: { type: 'string', minLength: '1' } }),
      'properties.a.minLength',
      'expected number',
    ],
    [
      'a required property that is not there',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['b'] },
      '',
      'required names "b"',
    ],
    ['a pattern that is none', object({ a: { type: 'string', pattern: '(' } }), '', 'Invalid regular expression'],
    ['a reference to nothing', object({ a: { $ref: '#/$defs/x' } }), '', '#/$defs/x'],
  ])('%s', (_what, schema, place, message) => {
    const { error } = schemaOption.safeParse(schema)
    expect(error?.issues.map((issue) => issue.path.join('.'))).toContain(place)
    expect(error?.issues.map((issue) => issue.message).join('\n')).toContain(message)
  })
})

describe('the columns of answers', () => {
  const columns = (schema: unknown, output?: string) => answerColumns(schemaOption.parse(schema), output)

  test('properties of a JSON Schema, with their types', () => {
    const schema = object({
      text: { type: 'string' },
      pick: { enum: ['a', 'b'] },
      maybe: { type: ['string', 'null'] },
      count: { type: 'integer' },
      share: { type: 'number' },
      sure: { type: 'boolean' },
      one: { const: 1 },
      tags: { type: 'array', items: { type: 'string' } },
      inner: object({}),
      either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      orNull: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
      named: { $ref: '#/$defs/n' },
    })
    expect(columns({ ...schema, $defs: { n: { type: 'number' } } })).toEqual({
      text: 'string',
      pick: 'string',
      maybe: 'string',
      count: 'integer',
      share: 'number',
      sure: 'boolean',
      one: 'number',
      tags: 'json',
      inner: 'json',
      either: 'unknown',
      orNull: 'integer',
      named: 'number',
    })
  })

  test('the same of zod', () => {
    const schema = z.object({
      a: z.string().nullable(),
      b: z.int().optional(),
      c: z.array(z.string()),
      d: z.enum(['x']),
    })
    expect(columns(schema)).toEqual({ a: 'string', b: 'integer', c: 'json', d: 'string' })
  })

  test('a choice of objects has the columns of all', () => {
    const schema = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), size: z.number() }),
      z.object({ kind: z.literal('b'), size: z.string(), name: z.string() }),
    ])
    expect(columns(schema)).toEqual({ kind: 'string', size: 'unknown', name: 'string' })
  })

  test('a schema that contains itself', () => {
    const tree = z.object({
      name: z.string(),
      get children() {
        return z.array(tree)
      },
    })
    expect(columns(tree)).toEqual({ name: 'string', children: 'json' })
  })

  test('one column for all, whose type is that of the answer', () => {
    expect(columns(object({ a: { type: 'string' } }), 'all')).toEqual({ all: 'json' })
    expect(columns(z.array(z.string()), 'tags')).toEqual({ tags: 'json' })
    expect(columns({ type: 'integer' }, 'stars')).toEqual({ stars: 'integer' })
    expect(answerColumns(undefined, undefined)).toEqual({ generated_text: 'string' })
  })

  test.each([
    ['a text', { type: 'string' }],
    ['a list', { type: 'array', items: object({ a: { type: 'string' } }) }],
    ['an object of any properties', { type: 'object', additionalProperties: { type: 'string' } }],
  ])('%s without a column to put it in is an error', (_what, schema) => {
    expect(() => columns(schema)).toThrow(expect.objectContaining({ code: 'MAESTRO_AI_SCHEMA_COLUMNS' }))
  })

  test('a schema that gives no JSON Schema is an error before anything is asked', () => {
    const silent = { '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) } } as const
    expect(() => answerColumns(silent, 'x')).toThrow(
      expect.objectContaining({ code: 'MAESTRO_SERVING_SCHEMA_UNSUPPORTED' }),
    )
  })
})
