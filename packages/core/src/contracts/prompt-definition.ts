import type { Prompt } from './prompt.js'
import type { Schema } from './schema.js'

/** A prompt class as a plugin contributes it, picked in a pipeline by `prompt: { use: name, ...options }`. */
export interface PromptDefinition<Name extends string = string, Options = unknown, P extends Prompt = Prompt> {
  readonly name: Name
  readonly description?: string
  /** Of the options beside `use`. */
  readonly options: Schema<unknown, Options>
  /** Makes the prompt when the plan is made. Its `version` should change with every option that changes the wording. */
  create(options: Options): P
}
