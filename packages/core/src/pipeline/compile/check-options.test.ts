import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Schema } from '../../contracts/schema.js'
import { optionNames } from '../../define/option-names.js'
import type { MaestroError } from '../../errors/maestro-error.js'
import { checkOptions } from './check-options.js'
import { Faults } from './compile-context.js'

async function check(schema: Schema, options: unknown) {
  const faults = new Faults()
  const value = await checkOptions('acme.x', schema, options, faults, 'a')
  try {
    faults.throwIfAny('p')
    return { value, faults: [] }
  } catch (error) {
    const errors = (error as MaestroError).details.errors as MaestroError[]
    return { value, faults: errors.map(({ code, step, message }) => [step, code, message]) }
  }
}

const either = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('count'), count: z.number() }),
  z.strictObject({ kind: z.literal('share'), fraction: z.number() }),
])

test('options are as the schema makes them, and missing options are read as an empty object', async () => {
  const schema = z.strictObject({ n: z.number().default(3) })
  expect(await check(schema, undefined)).toEqual({ value: { n: 3 }, faults: [] })
  expect(await check(schema, { n: 4 })).toEqual({ value: { n: 4 }, faults: [] })
})

test('an unknown option and a wrong one are both reported, and nothing is returned', async () => {
  expect(await check(z.object({ n: z.number() }), { n: 'x', m: 1 })).toEqual({
    value: undefined,
    faults: [
      ['a', 'MAESTRO_PIPELINE_OPTION_UNKNOWN', 'acme.x: there is no option "m".'],
      ['a', 'MAESTRO_PIPELINE_OPTIONS', expect.stringContaining('n: ')],
    ],
  })
  expect(await check(z.object({ n: z.number() }), { n: 1, m: 1 })).toMatchObject({ value: undefined })
})

test('options that are not an object are refused', async () => {
  expect((await check(z.strictObject({ n: z.number() }), 'text')).faults).toEqual([
    ['a', 'MAESTRO_PIPELINE_OPTIONS', expect.stringContaining('an object is expected')],
  ])
})

test.each<[string, Schema, readonly string[] | undefined]>([
  ['an object', z.object({ a: z.string(), b: z.number() }), ['a', 'b']],
  ['one of several objects', either, ['kind', 'count', 'fraction']],
  ['two objects in one', z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })), ['a', 'b']],
  ['what JSON Schema cannot say', z.object({ a: z.date(), b: z.instanceof(Map) }), ['a', 'b']],
  ['an object that takes more', z.looseObject({ a: z.string() }), undefined],
  ['an object that takes more of one type', z.object({ a: z.string() }).catchall(z.number()), undefined],
  ['a record', z.record(z.string(), z.number()), undefined],
  ['an object without options', z.object({}), []],
  ['what is no object', z.string(), undefined],
  [
    'a schema without JSON Schema',
    { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } },
    undefined,
  ],
])('the names of options of %s', (_what, schema, names) => expect(optionNames(schema)).toEqual(names))

test('a schema that fails to tell its options still checks them', async () => {
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'x',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: () => {
          throw new Error('not so')
        },
      },
    },
  } as unknown as Schema
  expect(await check(schema, { any: 1 })).toEqual({ value: { any: 1 }, faults: [] })
})
