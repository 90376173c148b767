import { toJsonSchema } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toAnswerSchema } from './answer-schema.js'

const answer = (schema: z.ZodType) => toAnswerSchema(toJsonSchema(schema))

describe('which schemas are held to strictly', () => {
  test.each([
    [
      'objects of texts, numbers, enums and lists',
      z.object({ a: z.string(), b: z.enum(['x']), c: z.array(z.number()) }),
    ],
    ['null instead of optional', z.object({ a: z.string().nullable() })],
    ['choices inside', z.object({ a: z.union([z.string(), z.object({ b: z.boolean() })]) })],
    [
      'bounds, known formats',
      z.object({ a: z.number().min(0).max(1), b: z.iso.date(), c: z.array(z.string()).max(3) }),
    ],
  ])('%s', (_, schema) => expect(answer(schema)).toMatchObject({ strict: true, wrapped: false }))

  test.each([
    ['optional properties', z.object({ a: z.string().optional() })],
    ['objects that take others', z.looseObject({ a: z.string() })],
    ['an open object inside', z.object({ a: z.array(z.looseObject({})) })],
    ['records', z.object({ a: z.record(z.string(), z.number()) })],
    ['lengths of texts', z.object({ a: z.string().min(3) })],
    ['other formats', z.object({ a: z.url() })],
    ['anything', z.object({ a: z.any() })],
  ])('not so: %s', (_, schema) => {
    const strict = answer(schema).strict
    // An empty schema inside is taken: any value fits it.
    expect(strict).toBe(schema.shape.a instanceof z.ZodAny)
  })
})

describe('a schema that is not an object is wrapped in one', () => {
  test('a list, a choice', () => {
    expect(answer(z.array(z.string()))).toEqual({
      wrapped: true,
      strict: true,
      schema: {
        type: 'object',
        properties: { value: { type: 'array', items: { type: 'string' } } },
        required: ['value'],
        additionalProperties: false,
      },
    })
    const choice = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b') }),
    ])
    expect(answer(choice)).toMatchObject({ wrapped: true })
  })

  test('references follow', () => {
    const Tree = z.object({
      name: z.string(),
      get children() {
        return z.array(Tree)
      },
    })
    const { schema } = answer(z.array(Tree))
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#([^"]*)"/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(0)
    for (const path of references) {
      const target = path
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], schema)
      expect(target).toMatchObject({ type: 'object', properties: { name: { type: 'string' } } })
    }
    expect(toAnswerSchema({ anyOf: [{ type: 'null' }, { type: 'array', items: { $ref: '#' } }] }).schema).toMatchObject(
      {
        properties: { value: { anyOf: [{ type: 'null' }, { items: { $ref: '#/properties/value' } }] } },
      },
    )
  })

  test('an object that refers to itself stays one', () => {
    const list = { type: 'object', properties: { next: { $ref: '#' } } }
    expect(toAnswerSchema(list)).toMatchObject({ schema: list, wrapped: false })
  })
})
