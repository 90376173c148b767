import { expect, test } from 'vitest'
import { z } from 'zod'
import { withoutNulls } from './without-nulls.js'

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' })

test('a null is removed where the schema allows the property only to be missing', () => {
  const schema = z.object({
    name: z.string(),
    nick: z.string().optional(),
    age: z.number().nullable().optional(),
    tags: z.array(z.object({ note: z.string().optional() })),
  })
  const given = { name: 'Ann', nick: null, age: null, tags: [{ note: null }, { note: 'x' }] }
  const mended = withoutNulls(given, schemaOf(schema))
  expect(mended).toEqual({ name: 'Ann', age: null, tags: [{}, { note: 'x' }] })
  expect(schema.parse(mended)).toEqual(mended)
})

test('a value that needs nothing stays the same, and a required property is kept', () => {
  const schema = schemaOf(z.object({ name: z.string(), any: z.unknown().optional() }))
  for (const value of [{ name: null }, { name: 'a', any: null }, { name: 'a', more: null }, null, 3, [null]])
    expect(withoutNulls(value, schema)).toBe(value)
})

test('a schema that refers to itself is followed', () => {
  const node: z.ZodType = z.object({
    value: z.number(),
    get next() {
      return node.optional()
    },
  })
  const schema = schemaOf(node)
  expect(withoutNulls({ value: 1, next: { value: 2, next: null } }, schema)).toEqual({ value: 1, next: { value: 2 } })
})
