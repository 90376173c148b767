import { z } from 'zod'
import { type SlotSchema, slotted } from './slot.js'

// A readonly constraint lets the compiler infer a list of literals as such.
type Unchanging<T> = T extends readonly (infer Item)[] ? readonly Item[] : T

/**
 * A default whose value the types know, so that a column named after it is known. If no column is named after the
 * option, use zod's `.default()`.
 *
 * @example options: { output: withDefault(z.string(), 'label') }
 */
export const withDefault = <S extends z.ZodType, const Default extends Unchanging<z.output<S>>>(
  schema: S,
  value: Default,
): z.ZodDefault<SlotSchema<z.output<S>, 'default', [z.input<S>, Default]>> => schema.default(value as never) as never

/**
 * An option that names an added column, with a default name.
 *
 * @example options: { output: newColumn('summary') }, adds: { '{output}': 'string' }
 */
export const newColumn = <const Name extends string>(
  name: Name,
): z.ZodDefault<SlotSchema<string, 'default', [string, Name]>> => withDefault(z.string().min(1), name)

/** A switch that is off by default. */
export const flag = (): z.ZodDefault<SlotSchema<boolean, 'default', [boolean, false]>> =>
  withDefault(z.boolean(), false)

/**
 * An option that is required unless another option, or one of several others, is given. It cannot be given together
 * with them. If its schema is optional, it may always be left out.
 *
 * @example options: { input: unless('prompt', column('string')), prompt: promptOption().optional() }
 */
export const unless = <const Other extends string, S extends z.ZodType>(
  other: Other | readonly Other[],
  schema: S,
): z.ZodOptional<SlotSchema<z.output<S>, 'unless', [Other, z.input<S>]>> =>
  slotted(schema.optional(), {
    kind: 'unless',
    others: [other].flat() as readonly Other[],
    required: !schema.safeParse(undefined).success,
  })

/** The fields of a class, each of which cannot be given together with another option. */
export type UnlessEach<Other extends string, S> = {
  readonly [Name in keyof S]: S[Name] extends z.ZodType
    ? z.ZodOptional<SlotSchema<z.output<S[Name]>, 'unless', [Other, z.input<S[Name]>]>>
    : never
}

/**
 * Shared fields that cannot be given together with another option.
 *
 * @example options: fieldsOf({ score: column().optional() }, unlessEach('score', SamplingOptions))
 */
export const unlessEach = <const Other extends string, S extends object>(
  other: Other | readonly Other[],
  fields: new () => S,
): UnlessEach<Other, S> =>
  Object.fromEntries(
    Object.entries(new fields()).map(([name, schema]) => [name, unless(other, schema as z.ZodType)]),
  ) as UnlessEach<Other, S>

/**
 * An option whose value may come from the environment, `env('DATABASE_URL')`. Such a value is never shown.
 *
 * @example options: { password: fromEnvironment(z.string()) }
 */
export const fromEnvironment = <S extends z.ZodType>(schema: S): SlotSchema<z.output<S>, 'environment', z.input<S>> =>
  schema as never
