import { type Sampling, type Servings, servingOption, unless } from '@maestro-dataflow/core'
import { z } from 'zod'

/** A name or a text that must not be empty. */
export const nameOption = z.string().min(1)

/** How a language model chooses its words. An option that is left out has the default of the serving. */
export class SamplingOptions {
  /** How freely the model chooses its words. With 0 it always takes the likeliest token. */
  temperature = z.number().nonnegative().optional()
  /** The model chooses among the likeliest tokens whose probabilities add up to this number, 0 to 1. */
  topP = z.number().min(0).max(1).optional()
  /** The model chooses among this many of the likeliest tokens. */
  topK = z.number().int().positive().optional()
  /** The same seed gives the same answer to the same request, if the model supports it. */
  seed = z.number().int().optional()
  /** Texts that end the answer. They do not become part of it. */
  stop = z.array(z.string().min(1)).optional()
  /** The maximum number of tokens of an answer. */
  maxTokens = z.number().int().positive().optional()
}

/** The options of every operator that asks a language model. */
export class AskingOptions extends SamplingOptions {
  /** The name of the language model in the config. @default 'default' */
  serving = servingOption().default('default')
}

/** The option of operators that ask about each row. */
export class SharingOptions {
  /**
   * Whether rows that lead to an identical request share one answer. With `false`, every row gets an answer of its own,
   * which a dataset that is generated from one prompt at a temperature above 0 needs.
   *
   * @default true
   */
  shareAnswers = z.boolean().optional()
}

/** The options of operators that can ask about several rows in one call. */
export class PackingOptions {
  /**
   * The number of rows that one call asks about. A larger number saves calls and the tokens of the instructions, but
   * the answers of small models get worse. Rows without a proper answer are asked about again, one by one.
   *
   * @default 1
   */
  rowsPerCall = z.number().int().positive().optional()
}

/** The language of an operator's own prompt. Texts of rows may be in any language. */
export const languageOption = z.enum(['en', 'zh']).optional()

const instructionsOption = z.string().min(1).optional()

/** The options for an operator's own prompt. */
export class WordsOptions {
  /** The language of the operator's own prompt. The rows may be in any language. @default 'en' */
  language = languageOption
  /** Guidance for the model in addition to the operator's own prompt. */
  instructions = instructionsOption
}

/** The options for the prompt of operators whose only prompt the option `prompt` replaces. */
export class TaskWordsOptions {
  /** The language of the operator's own prompt. The rows may be in any language. @default 'en' */
  language = unless('prompt', languageOption)
  /** Guidance for the model in addition to the operator's own prompt. */
  instructions = unless('prompt', instructionsOption)
}

/** Inputs with the expected answers. */
export const examplesOption = z
  .array(z.strictObject({ input: z.union([z.string(), z.record(z.string(), z.string())]), output: z.unknown() }))
  .optional()

/** The few-shot examples of operators whose only prompt the option `prompt` replaces. */
export class TaskExamplesOptions {
  /** Inputs with the expected answers. The model sees them before the question. */
  examples = unless('prompt', examplesOption)
}

/** The handling of a truncated text. */
export const cutOffOption = z.enum(['reject', 'keep']).optional()

/** The option of operators whose answer is a text. */
export class CutOffOptions {
  /**
   * Whether to reject the row of an answer that was truncated at `maxTokens`, or to keep the text.
   *
   * @default 'reject'
   */
  onCutOff = cutOffOption
}

/** The sampling options as users set them. */
export type GivenSampling = { readonly [Name in keyof Sampling]: Sampling[Name] | undefined }

interface GivenAsking extends GivenSampling {
  readonly rowsPerCall?: number | undefined
  readonly shareAnswers?: boolean | undefined
}

/** Selects the sampling options among all options. */
export function samplingOf({ temperature, topP, topK, seed, stop, maxTokens }: GivenSampling): Sampling {
  const given = Object.entries({ temperature, topP, topK, seed, stop, maxTokens })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}

/** The options that every request carries. */
export function askedWith({ rowsPerCall, shareAnswers, ...given }: GivenAsking) {
  return { sampling: samplingOf(given), rowsPerCall, shareAnswers }
}

/** The options with the language model that `serving` names. */
export function withServing<Given extends { readonly serving: string }>(given: Given, servings: Servings) {
  return { ...given, serving: servings.get(given.serving, 'llm') }
}
