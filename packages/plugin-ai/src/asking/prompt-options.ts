import { ChatPrompt, type PromptClass, PromptTemplate } from '@maestro-dataflow/core'

/** The prompts that a task accepts: its own and those that users write, but not the prompt of another task. */
export const promptsOf = (own: PromptClass): readonly PromptClass[] => [own, PromptTemplate, ChatPrompt]
