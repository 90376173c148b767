import { expect, test } from 'vitest'
import { z } from 'zod'
import { column } from './columns.js'
import { fieldsOf, objectOption, optionsSchema } from './fields.js'
import { namedColumns } from './named-columns.js'
import { unless } from './values.js'

class Sampling {
  temperature = z.number().optional()
}
class Pair {
  a = column()
  b = column().optional()
}

test('groups of fields are one schema, in the order of the groups', () => {
  const fields = fieldsOf({ input: column() }, Sampling, { output: z.string().default('x') })
  expect(Object.keys(fields)).toEqual(['input', 'temperature', 'output'])
  const schema = optionsSchema(fields)
  expect(schema.parse({ input: 'text', temperature: 1 })).toEqual({ input: 'text', temperature: 1, output: 'x' })
  expect(schema.safeParse({ input: 'text', temprature: 1 }).success).toBe(false)
})

test('an option with fields of its own refuses others, and its columns are named', () => {
  const schema = optionsSchema({ inputs: objectOption(Pair) })
  expect(namedColumns(schema, schema.parse({ inputs: { a: 'one', b: 'two' } }))).toEqual(['one', 'two'])
  expect(schema.safeParse({ inputs: { a: 'one', c: 'two' } }).success).toBe(false)
})

test.each<[given: object, messages: readonly string[]]>([
  [{ input: 'a' }, []],
  [{ prompt: 'a' }, []],
  [{ score: 'a', min: 1 }, []],
  [{}, ['input: it is missing; set it or `prompt` or `score`']],
  [{ min: 1 }, ['input: it is missing; set it or `prompt` or `score`']],
  [{ input: 'a', score: 'b' }, ['input: it cannot be given together with `score`']],
  [{ input: 'a', min: 1 }, ['min: it cannot be given together with `input`']],
])('one of several others stands instead of an option: %j', (given, messages) => {
  const schema = optionsSchema({
    input: unless(['prompt', 'score'], z.string()),
    min: unless('input', z.number().optional()),
    prompt: z.string().optional(),
    score: z.string().optional(),
  })
  const issues = schema.safeParse(given).error?.issues ?? []
  expect(issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(messages)
})
