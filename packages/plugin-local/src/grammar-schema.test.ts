import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toGrammarSchema } from './grammar-schema.js'

const scalar = { type: ['string', 'number', 'boolean', 'null'] }

describe('toGrammarSchema', () => {
  test('keeps the constraints that a grammar can express, and drops the rest', () => {
    expect(
      toGrammarSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[A-Z]', description: 'who' },
          age: { type: 'integer', minimum: 0, maximum: 150 },
          mail: { type: 'string', format: 'email' },
          day: { type: 'string', format: 'date' },
          tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 3, uniqueItems: true },
        },
        required: ['name'],
        additionalProperties: false,
      }),
    ).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20 },
        age: { type: 'integer' },
        mail: { type: 'string' },
        day: { type: 'string', format: 'date' },
        tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 3 },
      },
    })
  })

  test.each([
    ['a choice', { anyOf: [{ type: 'string' }, { type: 'null' }] }, { oneOf: [{ type: 'string' }, { type: 'null' }] }],
    ['several types', { type: ['integer', 'null'] }, { oneOf: [{ type: 'integer' }, { type: 'null' }] }],
    [
      'properties without a type',
      { properties: { a: { const: 1 } } },
      { type: 'object', properties: { a: { const: 1 } } },
    ],
    ['items without a type', { items: { type: 'number' } }, { type: 'array', items: { type: 'number' } }],
    ['anything', {}, scalar],
    ['an object of anything', { type: 'object' }, { type: 'object', properties: {}, additionalProperties: scalar }],
    ['a list of anything', { type: 'array' }, { type: 'array', items: scalar }],
    [
      'a record',
      { type: 'object', additionalProperties: { type: 'number', minimum: 1 } },
      { type: 'object', properties: {}, additionalProperties: { type: 'number' } },
    ],
    [
      'a tuple',
      { type: 'array', prefixItems: [{ type: 'string', format: 'uri' }], items: false },
      { type: 'array', prefixItems: [{ type: 'string' }] },
    ],
    [
      'parts that hold together',
      { allOf: [{ type: 'object', properties: { a: { type: 'null' } } }, { properties: { b: { type: 'boolean' } } }] },
      { type: 'object', properties: { a: { type: 'null' }, b: { type: 'boolean' } } },
    ],
    [
      'a reference in the older place',
      { definitions: { n: { type: 'number', minimum: 1 } }, type: 'array', items: { $ref: '#/definitions/n' } },
      { $defs: { n: { type: 'number' } }, type: 'array', items: { $ref: '#/$defs/n' } },
    ],
  ])('%s', (_, given, expected) => {
    expect(toGrammarSchema(given)).toEqual(expected)
  })

  test('the schema that zod makes of an optional, nullable, unioned object can be followed', () => {
    const schema = z.object({
      a: z.string().nullable(),
      b: z.union([z.literal(1), z.literal('x')]),
      c: z.email().optional(),
    })
    expect(toGrammarSchema(z.toJSONSchema(schema))).toEqual({
      type: 'object',
      properties: {
        a: { oneOf: [{ type: 'string' }, { type: 'null' }] },
        b: { oneOf: [{ const: 1 }, { const: 'x' }] },
        c: { type: 'string' },
      },
    })
  })
})
