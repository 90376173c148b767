import { expect, test } from 'vitest'
import { z } from 'zod'
import { column } from '../define/options/columns.js'
import { duration } from '../define/options/duration.js'
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
  ['prompt', "`prompt` is missing: a prompt is expected, such as 'Summarize: {{column}}'"],
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

test.each([
  [{ size: 'big' }, 'size: a number is expected, not a string'],
  [{ size: 2.5 }, 'size: an integer is expected, not 2.5'],
  [{ size: 1 }, 'size: a number of at least 2 is expected'],
  [{ model: null }, 'model: a string is expected, not null'],
  [{ mode: 'insert' }, 'mode: "create" or "append" is expected, not "insert"'],
  [{ mode: 'apend' }, 'mode: "create" or "append" is expected, not "apend". Did you mean "append"?'],
  [{ labels: 'a, b' }, 'labels: an array or a record is expected, not a string'],
  [{ labels: ['a', 4] }, 'labels.1: a string is expected, not a number'],
  [{ price: { input: 1, inptu: 2 } }, 'price.inptu: there is no such property'],
])('a wrong value, %j: the line says what is expected and what is there', async (given, line) => {
  const [option = ''] = Object.keys(given)
  expect(await linesAbout(option, { ...good, ...given })).toEqual([line])
})

test.each([
  ['30 parsecs', "timeout: a duration is expected: a number of milliseconds, or a text such as '30s', '10m' or '7d'"],
  [{ attemt: '30s' }, 'timeout.attemt: there is no such property'],
  [
    { attempt: true },
    "timeout.attempt: a duration is expected: a number of milliseconds, or a text such as '30s', '10m' or '7d'",
  ],
  [true, 'timeout: a number or a string or an object is expected, not a boolean'],
])('of several forms of an option, the line is about the form that was meant: %j', (timeout, line) => {
  const schema = z.object({ timeout: z.union([duration(), z.strictObject({ attempt: duration().optional() })]) })
  expect(describeIssues(schema.safeParse({ timeout }).error?.issues ?? [], { timeout })).toEqual([line])
})

test('the place of the checked value comes first', () => {
  const { error } = z.object({ model: z.string() }).safeParse({})
  expect(describeIssues(error?.issues ?? [], {}, 'servings.default')).toEqual([
    '`servings.default.model` is missing: a string is expected',
  ])
})
