import type { InputOf, LLMServing, OptionsOver, Prompt } from '@maestro-dataflow/core'
import type { z } from 'zod'
import { aiError } from '../errors.js'

/** Members that may be undefined if they may be left out, as options from a schema are. */
type Undefinable<T> = {
  readonly [Key in keyof T]: Record<never, never> extends Pick<T, Key> ? T[Key] | undefined : T[Key]
}

/** Options over rows of any columns, with prompts as objects. */
type Unbound<Given> = {
  readonly [Name in keyof Given]: Name extends 'prompt' | `${string}Prompt`
    ? Prompt | Extract<Given[Name], undefined>
    : Given[Name]
}

/** What is given for the fields of a declaration, outside of a pipeline. */
export type GivenOptions<Fields> = Undefinable<Unbound<OptionsOver<InputOf<Fields>, Record<string, unknown>>>>

/**
 * The options of an operator as a class that is used alone: those of the operator's declaration, with the models
 * themselves in place of their names.
 *
 * @typeParam Own The options that the class takes in a way of its own.
 */
export type Alone<Fields, Own = { readonly serving: LLMServing }> = Omit<GivenOptions<Fields>, keyof Own> &
  Undefinable<Own>

/**
 * Reads the options of a class as the operator of a pipeline reads its own.
 *
 * @throws MAESTRO_AI_OPTIONS
 */
export function checkOptions<Options, Model>(
  operator: string,
  schema: z.ZodType<Options>,
  { serving, ...given }: { readonly serving?: Model | undefined },
): { readonly options: Options; readonly serving: Model } {
  if (serving === undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator, reason: 'there is no serving to ask' })
  return { options: parseOptions(operator, schema, given), serving }
}

/** @throws MAESTRO_AI_OPTIONS */
export function parseOptions<Options>(operator: string, schema: z.ZodType<Options>, given: unknown): Options {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const reason = result.error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
  throw aiError('MAESTRO_AI_OPTIONS', { operator, reason })
}
