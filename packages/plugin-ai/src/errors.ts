import { defineErrors } from '@maestro-dataflow/core'

/** The errors of AI operators. */
export const aiErrors = {
  MAESTRO_AI_EMPTY_ANSWER: {
    message: (d: { serving: string }) => `${d.serving} answered nothing.`,
    hint: () => 'Look at the prompt of this row, or use a larger model.',
  },
  MAESTRO_AI_OPTIONS: {
    message: (d: { reason: string }) => `PromptedGenerator: ${d.reason}.`,
    hint: () => 'Give a `serving`, and either `prompt`, or `inputColumn` with or without `systemPrompt`.',
  },
  MAESTRO_AI_SCHEMA_COLUMNS: {
    message: (_: Readonly<Record<string, never>>) =>
      'The schema describes no object with properties to make columns of.',
    hint: () => 'Name one column for the whole answer with `output`, or describe an object with properties.',
  },
} as const

export const aiError = defineErrors(aiErrors)
