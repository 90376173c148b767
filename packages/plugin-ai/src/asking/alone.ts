import { describeIssues, type InputOf, type LLMServing, type OptionsOver, type Prompt } from '@maestro-dataflow/core'
import type { z } from 'zod'
import { aiError } from '../errors.js'

/** Optional members also accept undefined, like options from a schema. */
type Undefinable<T> = {
  readonly [Key in keyof T]: Record<never, never> extends Pick<T, Key> ? T[Key] | undefined : T[Key]
}

/** Options over rows of any columns, with prompts as objects or texts. */
type Unbound<Given> = {
  readonly [Name in keyof Given]: Name extends 'prompt' | `${string}Prompt`
    ? Prompt | string | Extract<Given[Name], undefined>
    : Given[Name]
}

/** The input of a declaration's fields outside a pipeline. */
export type GivenOptions<Fields> = Undefinable<Unbound<OptionsOver<InputOf<Fields>, Record<string, unknown>>>>

/**
 * The options of an operator class that is used without a pipeline. They are the options of the operator's declaration,
 * with models instead of their names.
 *
 * @typeParam Own The options that the class takes in a way of its own.
 */
export type Alone<Fields, Own = { readonly serving: LLMServing }> = Omit<GivenOptions<Fields>, keyof Own> &
  Undefinable<Own>

/**
 * Parses the options of a class in the same way as the options of an operator in a pipeline.
 *
 * @throws MAESTRO_AI_OPTIONS
 */
export function checkOptions<Options, Model>(
  operator: string,
  schema: z.ZodType<Options>,
  { serving, ...given }: { readonly serving?: Model | undefined },
): { readonly options: Options; readonly serving: Model } {
  if (serving === undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator, reason: 'a serving is required' })
  return { options: parseOptions(operator, schema, given), serving }
}

/** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_TEMPLATE */
export function parseOptions<Options>(operator: string, schema: z.ZodType<Options>, given: unknown): Options {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw aiError('MAESTRO_AI_OPTIONS', { operator, reason: describeIssues(result.error.issues, given).join('; ') })
}
