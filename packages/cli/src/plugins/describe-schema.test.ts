import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeSchema, typeText } from './describe-schema.js'

test('options are shown with types, defaults, and descriptions, and those with a default are optional', () => {
  const schema = z
    .strictObject({
      prompt: z.custom<object>(),
      output: z.string().min(1).describe('The column of the answer'),
      mode: z.enum(['create', 'overwrite']).default('create'),
      seed: z.number().int().optional(),
    })
    .refine(() => true)
  expect(describeSchema(schema)).toEqual([
    { name: 'prompt', type: 'set in code', required: true },
    { name: 'output', type: 'string', required: true, description: 'The column of the answer' },
    { name: 'mode', type: '"create" | "overwrite"', required: false, default: 'create' },
    { name: 'seed', type: 'integer', required: false },
  ])
})

test.each([
  [z.union([z.string(), z.array(z.string())]), 'string | list of string'],
  [z.array(z.union([z.string(), z.boolean()])), 'list of (string | boolean)'],
  [z.record(z.string(), z.union([z.number(), z.null()])), '{ name: number | null }'],
  [z.object({ a: z.string(), b: z.object({}) }), '{ a, b }'],
  [z.literal(1), '1'],
  [z.unknown(), 'set in code'],
])('%#: types in a few words', (schema, text) => {
  expect(typeText(z.toJSONSchema(schema))).toBe(text)
})

test('a schema that does not tell', () => {
  const validate = (value: unknown) => ({ value })
  expect(describeSchema({ '~standard': { version: 1, vendor: 'other', validate } })).toBeUndefined()
  expect(describeSchema(z.string())).toBeUndefined()
})
