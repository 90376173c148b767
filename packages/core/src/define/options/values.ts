import { z } from 'zod'
import { type SlotSchema, slotted } from './slot.js'

// A list of literals is inferred as such where the constraint takes one that does not change.
type Unchanging<T> = T extends readonly (infer Item)[] ? readonly Item[] : T

/**
 * A default that the types know by its value, so that a column named after it is known. Where no column is named after
 * an option, zod's own `.default()` does as well.
 *
 * @example options: { output: withDefault(z.string(), 'label') }
 */
export const withDefault = <S extends z.ZodType, const Default extends Unchanging<z.output<S>>>(
  schema: S,
  value: Default,
): z.ZodDefault<SlotSchema<z.output<S>, 'default', [z.input<S>, Default]>> => schema.default(value as never) as never

/**
 * The name of a column that the operator adds, with the name it has by default.
 *
 * @example options: { output: newColumn('summary') }, adds: { '{output}': 'string' }
 */
export const newColumn = <const Name extends string>(
  name: Name,
): z.ZodDefault<SlotSchema<string, 'default', [string, Name]>> => withDefault(z.string().min(1), name)

/** A switch that is off unless it is given. */
export const flag = (): z.ZodDefault<SlotSchema<boolean, 'default', [boolean, false]>> =>
  withDefault(z.boolean(), false)

/**
 * An option that must be given unless another one is, or one of several others, and that cannot be given together with
 * them. If its schema is optional, it may always be left out.
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

/**
 * An option whose value may come from the environment, `env('DATABASE_URL')`. It is never shown then.
 *
 * @example options: { password: fromEnvironment(z.string()) }
 */
export const fromEnvironment = <S extends z.ZodType>(schema: S): SlotSchema<z.output<S>, 'environment', z.input<S>> =>
  schema as never
