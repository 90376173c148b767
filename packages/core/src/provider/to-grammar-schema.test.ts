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
