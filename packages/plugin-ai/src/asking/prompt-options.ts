import { ChatPrompt, type PromptClass, type PromptOption, PromptTemplate } from '@maestro-dataflow/core'

/** The prompts that a task takes: its own, and what users write themselves, but not the prompt of another task. */
export const promptsOf = (own: PromptClass): readonly PromptClass[] => [own, PromptTemplate, ChatPrompt]

/** An option with a prompt about values that the operator fills, whatever the row's columns are. */
export const filledPrompt = (
  option: string,
  allowed: readonly PromptClass[],
  variables: readonly string[],
): PromptOption => ({ option, allowed, variables: () => variables, overRow: false })
