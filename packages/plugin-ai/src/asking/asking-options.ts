import { Prompt, type Sampling } from '@maestro-dataflow/core'
import { z } from 'zod'
import { aiError } from '../errors.js'

/** A column's or a serving's name. */
export const nameOption = z.string().min(1)

/** A prompt, as it has become one when the plan is made. */
export const promptOption = z.custom<Prompt>(
  (value) => value instanceof Prompt,
  "a prompt is expected: prompt('... {{column}}'), or in YAML the text alone",
)

/** How the next token is chosen. */
export const samplingOptions = {
  temperature: z.number().nonnegative().optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().int().positive().optional(),
  seed: z.number().int().optional(),
  stop: z.array(z.string().min(1)).optional(),
  maxTokens: z.number().int().positive().optional(),
}

/** What operators that ask a language model have in common, whatever they ask. */
export const askingOptions = {
  serving: nameOption.default('default'),
  rowsPerCall: z.number().int().positive().optional(),
  shareAnswers: z.boolean().optional(),
  ...samplingOptions,
}

/** The language of a task's own words. */
export const languageOption = z.enum(['en', 'zh']).optional()

/** What happens to a text that was cut off. */
export const cutOffOption = z.enum(['reject', 'keep']).optional()

/** What the prompts of most tasks take. */
export const wordsOptions = {
  language: languageOption,
  /** What the task's own words do not say; it stands after them. */
  instructions: z.string().min(1).optional(),
}

export const examplesOption = z
  .array(z.strictObject({ input: z.union([z.string(), z.record(z.string(), z.string())]), output: z.unknown() }))
  .optional()

/** What operators with a prompt of their own have in common: the language of its words, or a prompt instead of it. */
export const taskOptions = {
  prompt: promptOption.optional(),
  ...wordsOptions,
  ...askingOptions,
}

/** The sampling options as an operator takes them, each of which may be undefined. */
export type SamplingOptions = { readonly [Name in keyof Sampling]: Sampling[Name] | undefined }

interface AskingOptions extends SamplingOptions {
  readonly rowsPerCall?: number | undefined
  readonly shareAnswers?: boolean | undefined
}

/** The sampling options among all that were given. */
export function samplingOf({ temperature, topP, topK, seed, stop, maxTokens }: SamplingOptions): Sampling {
  const given = Object.entries({ temperature, topP, topK, seed, stop, maxTokens })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** The options that go with every question. */
export function askedWith({ rowsPerCall, shareAnswers, ...given }: AskingOptions) {
  return { sampling: samplingOf(given), rowsPerCall, shareAnswers }
}

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
  const result = schema.safeParse(given)
  if (result.success) return { options: result.data, serving }
  const reason = result.error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
  throw aiError('MAESTRO_AI_OPTIONS', { operator, reason })
}

/**
 * Checks that an operator has one thing to ask: what its own prompt needs, or a prompt that says it all.
 *
 * @param needed The options that its own prompt cannot do without. @param words Those that it takes besides.
 */
export function asksOneThing(needed: readonly string[], words: readonly string[]) {
  return (options: Readonly<Record<string, unknown>>, { addIssue }: Pick<z.RefinementCtx, 'addIssue'>) => {
    const add = (name: string, message: string) => addIssue({ code: 'custom', path: [name], message, input: options })
    for (const name of needed)
      if (options.prompt === undefined && options[name] === undefined)
        add(name, 'it is missing; or give a `prompt` that says all that is asked')
    for (const name of options.prompt === undefined ? [] : [...needed, ...words])
      if (options[name] !== undefined) add(name, 'it has no place beside `prompt`, which says all that is asked')
  }
}
