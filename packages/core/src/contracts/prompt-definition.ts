import type { Prompt } from './prompt.js'
import type { Schema } from './schema.js'

/** A prompt class as a plugin contributes it, picked in a pipeline by `prompt: { use: name, ...options }`. */
export interface PromptDefinition<Name extends string = string, S = unknown, P extends Prompt = Prompt> {
  readonly name: Name
  readonly description?: string
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that the options beside `use` are checked by. */
  readonly options: Schema
  create(options: unknown): P
}
