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
