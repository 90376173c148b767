import type { Prompt } from './prompt.js'
import type { Schema } from './schema.js'

/** A prompt class as a plugin contributes it. A pipeline selects it by `prompt: { use: name, ...options }`. */
export interface PromptDefinition<Name extends string = string, S = unknown, P extends Prompt = Prompt> {
  readonly name: Name
  readonly description?: string
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that checks the options besides `use`. */
  readonly options: Schema
  create(options: unknown): P
}
