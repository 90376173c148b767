import type { InputOf, OutputOf, Refinement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnOrder, unknownColumns } from './column-order.js'
import { fakeKinds, type Sampler } from './sampler-types.js'

const scalar = z.union([z.string(), z.number(), z.boolean()])
const nulls = z.number().min(0).max(1).optional()
const decimals = z.number().int().min(0).max(15).optional()
const rising = ([min, max]: readonly [number, number]) => min <= max
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'a time is expected, as ISO 8601: 2026-01-31')

const category = z.union([
  z.array(scalar).min(1, 'at least one value is expected'),
  z
    .record(z.string(), z.number().nonnegative('weights must be 0 or more'))
    .refine(
      (weights) => Object.values(weights).some((weight) => weight > 0),
      'at least one weight must be more than 0',
    ),
])

const normal = z
  .strictObject({
    mean: z.number(),
    deviation: z.number().nonnegative(),
    min: z.number().optional(),
    max: z.number().optional(),
  })
  .refine(
    ({ mean, deviation, min = mean, max = mean }) =>
      min <= max && min <= mean + 4 * deviation && max >= mean - 4 * deviation,
    {
      message: 'the bounds exclude almost the whole distribution',
    },
  )

/** A sampler, for which exactly one way of sampling must be set. */
const sampler: z.ZodType<Sampler> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ category, nulls }),
      z.strictObject({
        uniform: z.tuple([z.number(), z.number()]).refine(rising, 'min is larger than max'),
        decimals,
        nulls,
      }),
      z.strictObject({ normal, decimals, nulls }),
      z.strictObject({ integer: z.tuple([z.int(), z.int()]).refine(rising, 'min is larger than max'), nulls }),
      z.strictObject({
        date: z
          .tuple([time, time])
          .refine(([from, to]) => Date.parse(from) <= Date.parse(to), 'the first time is later than the second'),
        nulls,
      }),
      z.strictObject({
        id: z.enum(['sequence', 'uuid']),
        start: z.int().optional(),
        prefix: z.string().optional(),
        nulls,
      }),
      z.strictObject({ fake: z.enum(fakeKinds), nulls }),
      z.strictObject({ template: z.string(), nulls }),
      z.strictObject({ constant: scalar.nullable(), nulls }),
      z.strictObject({
        when: z
          .array(
            z.strictObject({
              column: z.string(),
              is: z.union([scalar.nullable(), z.array(scalar.nullable())]),
              use: sampler,
            }),
          )
          .min(1),
        else: sampler.optional(),
        nulls,
      }),
    ],
    {
      error: (issue) => describeFault(issue.input),
    },
  ),
)

const ways = ['category', 'uniform', 'normal', 'integer', 'date', 'id', 'fake', 'template', 'constant', 'when']

/** Of all issues of a union, those that concern the intended way. */
function describeFault(input: unknown): string {
  const expected = `one of these is expected: ${ways.join(', ')}`
  if (typeof input !== 'object' || input === null) return expected
  const meant = Object.keys(input).filter((name) => ways.includes(name))
  if (meant.length !== 1) return expected
  const [way = ''] = meant
  const shapes: Readonly<Record<string, z.ZodType>> = {
    category,
    normal,
    uniform: z.tuple([z.number(), z.number()]).refine(rising, 'min is larger than max'),
    integer: z.tuple([z.int(), z.int()]).refine(rising, 'min is larger than max'),
    date: z
      .tuple([time, time])
      .refine(([from, to]) => Date.parse(from) <= Date.parse(to), 'the first time is later than the second'),
    fake: z.enum(fakeKinds),
  }
  const found = shapes[way]?.safeParse((input as Record<string, unknown>)[way])
  const reasons = found?.error?.issues.map(({ message }) => message).join('; ')
  return `${way}: ${reasons ?? 'its options are not valid'}`
}

/** The languages of names and places. */
export const locales = ['en', 'zh_CN', 'de', 'fr', 'es', 'ja', 'sv'] as const

/** The options of the source `synth.rows`. */
export class SynthFields {
  /** The number of rows. */
  rows = z.int().nonnegative()
  /** The same seed creates the same rows. @default 0 */
  seed = z.int().default(0)
  /** The language of names and places. @default 'en' */
  locale = z.enum(locales).default('en')
  /** A sampler for each column. */
  columns = z
    .record(z.string().min(1), sampler)
    .refine((columns) => Object.keys(columns).length > 0, 'at least one column is expected')
}

/** The options of the source of synthetic rows. */
export type SynthOptions = InputOf<SynthFields>
export type ResolvedSynthOptions = OutputOf<SynthFields>

/** Columns may be created from each other, but not in a cycle. */
export const checkColumns: Refinement<ResolvedSynthOptions> = ({ columns }, { addIssue }) => {
  const fault = (column: string, message: string) =>
    addIssue({ code: 'custom', path: ['columns', column], message, input: columns[column] })
  const unknown = unknownColumns(columns)
  for (const [column, name] of unknown) fault(column, `there is no column "${name}"`)
  if (unknown.length > 0) return
  const { circle } = columnOrder(columns)
  if (circle !== undefined) fault(circle[0] ?? '', `columns need each other: ${circle.join(' -> ')}`)
}
