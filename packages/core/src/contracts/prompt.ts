import { maestroError } from '../errors/error-table.js'
import { recogniseAcrossCopies } from './across-copies.js'
import type { Message } from './serving.js'

/** The values that fill a prompt, by variable name. */
export type PromptVariables<Variable extends string = string> = Readonly<Record<Variable, unknown>>

/** The task of a prompt, separate from the values that fill it. */
export interface PromptParts {
  /** The messages, with `<name>` in place of each value. */
  readonly task: readonly Message[]
  /** The texts of the values by those names. @throws MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE */
  values(variables: PromptVariables): Readonly<Record<string, string>>
}

/**
 * A prompt: it converts variables to text or chat messages. Extend it for prompts with logic of their own; use
 * `PromptTemplate` and `ChatPrompt` otherwise.
 *
 * @typeParam Variable The names that `format` needs. In a pipeline, they are columns of the row.
 */
export abstract class Prompt<Variable extends string = string> {
  /** The names that `format` needs. */
  abstract readonly variables: readonly Variable[]
  /** Changes when the wording changes; it is a part of what identifies an answer. */
  abstract readonly version: string

  /** The prompt as one text. @throws MAESTRO_PROMPT_VARIABLE_MISSING */
  abstract format(variables: PromptVariables<Variable>): string

  /** The prompt as chat messages. By default, one user message with the formatted text. */
  messages(variables: PromptVariables<Variable>): readonly Message[] {
    return [{ role: 'user', content: this.format(variables) }]
  }

  /**
   * The task and the values of a row, separated so that one call can ask about several rows; undefined if they cannot
   * be separated.
   */
  get parts(): PromptParts | undefined {
    return undefined
  }

  /** What a model must accept besides text, known from the prompt alone. */
  get needs(): readonly ('images' | 'audio')[] {
    return []
  }

  /** Whether every variable has a value; only own properties count. */
  validateInputs(variables: PromptVariables): boolean {
    return this.variables.every((name) => Object.hasOwn(variables, name) && variables[name] !== undefined)
  }

  /** @throws MAESTRO_PROMPT_VARIABLE_MISSING naming the missing variables */
  protected assertInputs(variables: PromptVariables): void {
    if (this.validateInputs(variables)) return
    const missing = this.variables.filter((name) => !Object.hasOwn(variables, name) || variables[name] === undefined)
    throw maestroError('MAESTRO_PROMPT_VARIABLE_MISSING', { missing, given: Object.keys(variables) })
  }
}
recogniseAcrossCopies(Prompt, 'Prompt')
