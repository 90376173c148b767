import { expect, test } from 'vitest'
import { z } from 'zod'
import { toJsonSchema } from '../serving/schema-for-model.js'
import { toGrammarSchema } from './to-grammar-schema.js'

test('features that local servers do not support are left out: patterns, unknown formats, and tuples', () => {
  const schema = z.object({
    day: z.iso.date(),
    mail: z.email(),
    code: z.string().regex(/^(?=x)x$/),
    pair: z.tuple([z.string(), z.number()]),
    tone: z.enum(['good', 'bad']),
  })
  expect(toGrammarSchema(toJsonSchema(schema))).toEqual({
    type: 'object',
    properties: {
      day: { type: 'string', format: 'date' },
      mail: { type: 'string' },
      code: { type: 'string' },
      pair: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] }, minItems: 2, maxItems: 2 },
      tone: { type: 'string', enum: ['good', 'bad'] },
    },
    required: ['day', 'mail', 'code', 'pair', 'tone'],
    additionalProperties: false,
  })
})

test('lengths for which a grammar would grow too large are left out', () => {
  const schema = z.object({
    short: z.string().max(80),
    long: z.string().max(100_000),
    list: z.array(z.string()).min(1),
  })
  expect(toGrammarSchema(toJsonSchema(schema)).properties).toEqual({
    short: { type: 'string', maxLength: 80 },
    long: { type: 'string' },
    list: { type: 'array', items: { type: 'string' }, minItems: 1 },
  })
})

test('definitions get names that every grammar accepts, and a schema that refers to itself has one', () => {
  const tree: z.ZodType = z.object({
    name: z.string(),
    get children() {
      return z.array(tree).optional()
    },
  })
  const node = (ref: string) => ({
    type: 'object',
    properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: ref } } },
    required: ['name'],
    additionalProperties: false,
  })
  const inside = toGrammarSchema(toJsonSchema(z.object({ tree })))
  expect(inside.properties).toEqual({ tree: { $ref: '#/$defs/definition0' } })
  expect(inside.$defs).toEqual({ definition0: node('#/$defs/definition0') })
  expect(toGrammarSchema(toJsonSchema(tree))).toEqual({
    ...node('#/$defs/definition'),
    $defs: { definition: node('#/$defs/definition') },
  })
})
