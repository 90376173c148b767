import type { Column, LLMServing, Prompt, PromptReference, Sampling, ServingName } from '@maestro-dataflow/core'
import type { Language, TaskExample } from './task-prompt.js'

/** What all operators that ask a language model take. */
export interface Asking extends Sampling {
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /**
   * How many rows are asked about in one call. It saves calls and the tokens of the instructions; answers of small
   * models get worse. Rows that get no proper answer together are asked alone.
   *
   * @default 1
   */
  readonly rowsPerCall?: number
  /**
   * Whether rows that ask the very same share one answer. With `false` each row is asked for itself: what a dataset that
   * is made from one prompt needs, at a temperature above 0.
   *
   * @default true
   */
  readonly shareAnswers?: boolean
}

/** The words of an operator's own prompt. */
export interface Words {
  /** The language of the task's own words; texts of rows may be in any. @default 'en' */
  readonly language?: Language
  /** What the task's own words do not say. */
  readonly instructions?: string
}

/** The same, with examples of what is wanted. */
export interface WordsWithExamples extends Words {
  /** Inputs with the answers that are wanted; they are shown before the question. */
  readonly examples?: readonly TaskExample[]
}

/**
 * What is asked: an operator's own prompt about columns of the row, or a prompt instead of it. `prompt` may be a
 * template, a chat, or a class that a plugin contributes, picked by name.
 */
export type AskedOf<Row, Inputs extends string = 'input', Own extends object = Words> =
  | ({ readonly [Name in Inputs]: Column<Row> } & Own & { readonly prompt?: undefined })
  | ({ readonly [Name in Inputs | keyof Own]?: undefined } & {
      /** A prompt instead of the operator's own words; it names its columns itself. */
      readonly prompt: Prompt<Column<Row>> | PromptReference<Row>
    })

/** Options of a prompt, whose `input` names a column of the row. */
export type Over<Row, Options, Inputs extends string = 'input'> = Omit<Options, Inputs> & {
  readonly [Name in Inputs]: Column<Row>
}

/** The name of an output column, given or not. */
export type OutputNameOf<Options, Default extends string> = Options extends {
  readonly output: infer Name extends string
}
  ? Name
  : Default

/** Optional members that may be undefined too, as options from a schema are. */
type Undefinable<T> = {
  readonly [Key in keyof T]: Record<never, never> extends Pick<T, Key> ? T[Key] | undefined : T[Key]
}

/**
 * Options of an operator as a class that is used alone: those of the pipeline's step, with the model itself as `serving`
 * and a prompt as an object.
 */
export type Alone<Settings, Inputs extends string = 'input', Own extends object = Words> = Undefinable<
  Omit<Settings, 'serving'> & { readonly [Name in Inputs]?: string } & Own & { readonly prompt?: Prompt }
> & { readonly serving: LLMServing }
