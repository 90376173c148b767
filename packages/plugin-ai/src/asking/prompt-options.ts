import { ChatPrompt, type PromptClass, PromptTemplate } from '@maestro-dataflow/core'

/** The prompts that a task takes: its own, and what users write themselves, but not the prompt of another task. */
export const promptsOf = (own: PromptClass): readonly PromptClass[] => [own, PromptTemplate, ChatPrompt]
