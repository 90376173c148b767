import type { Prompt } from '../contracts/prompt.js'
import type { PromptDefinition } from '../contracts/prompt-definition.js'

/** Defines a prompt class that plugins contribute and pipelines pick by name. */
export function definePrompt<const Name extends string, Options, P extends Prompt>(
  definition: PromptDefinition<Name, Options, P>,
): PromptDefinition<Name, Options, P> {
  return definition
}
