import { expect, test } from 'vitest'
import { z } from 'zod'
import { column } from '../define/options/columns.js'
import { fieldsOf, schemaOf } from '../define/options/fields.js'
import { promptOption, sourceOption } from '../define/options/references.js'
import { unless } from '../define/options/values.js'
import { describeIssues } from './describe-issues.js'

const fields = fieldsOf({
  model: z.string(),
  size: z.int().min(2),
  mode: z.enum(['create', 'append']),
  labels: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
  price: z.strictObject({ input: z.number() }),
  prompt: promptOption(),
  table: sourceOption(),
  input: unless('criterion', column()),
  criterion: z.string().optional(),
})
const good = {
  model: 'x',
  size: 2,
  mode: 'create',
  labels: [],
  price: { input: 1 },
  prompt: 'x',
  table: 'x',
  input: 'text',
}

/** The lines about one option; the two options that need objects of core are not valid here. */
async function linesAbout(option: string, given: object) {
  const result = await schemaOf(fields)['~standard'].validate(given)
  return describeIssues(result.issues ?? [], given).filter((line) => line.includes(option))
}

test.each([
  ['model', '`model` is missing: a string is expected'],
  ['size', '`size` is missing: a number is expected'],
  ['mode', '`mode` is missing: expected one of "create"|"append"'],
  ['labels', '`labels` is missing: an array or a record is expected'],
  ['price', '`price` is missing: an object is expected'],
  ['prompt', "`prompt` is missing: a prompt is expected, such as 'Summarise: {{column}}'"],
  ['table', "`table` is missing: another source is expected: { use: 'fs.file', path: 'data/cities.csv' }"],
])('a missing required option, %s: the line says so and what is expected', async (option, line) => {
  const { [option as 'model']: _, ...given } = good
  expect(await linesAbout(option, given)).toEqual([line])
})

test('an option that stands for another one, and a missing member of an object', async () => {
  const result = await schemaOf({ input: fields.input, criterion: fields.criterion })['~standard'].validate({})
  expect(describeIssues(result.issues ?? [], {})).toEqual(['`input` is missing; set it or `criterion`'])
  expect(await linesAbout('price', { ...good, price: {} })).toEqual(['`price.input` is missing: a number is expected'])
})

test('a given value that is wrong keeps its own words, also null', async () => {
  expect(await linesAbout('size', { ...good, size: 'big' })).toEqual([
    'size: Invalid input: expected number, received string',
  ])
  expect(await linesAbout('model', { ...good, model: null })).toEqual([
    'model: Invalid input: expected string, received null',
  ])
})

test('the place of the checked value comes first', () => {
  const { error } = z.object({ model: z.string() }).safeParse({})
  expect(describeIssues(error?.issues ?? [], {}, 'servings.default')).toEqual([
    '`servings.default.model` is missing: a string is expected',
  ])
})
