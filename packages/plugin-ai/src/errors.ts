import { defineErrors } from '@maestro-dataflow/core'

/** The errors of AI operators. */
export const aiErrors = {
  MAESTRO_AI_EMPTY_ANSWER: {
    message: (d: { serving: string }) => `${d.serving} answered nothing.`,
    hint: () => 'Look at the prompt of this row, or use a larger model.',
  },
  MAESTRO_AI_OPTIONS: {
    message: (d: { reason: string }) => `PromptedGenerator: ${d.reason}.`,
    hint: () => 'Give either `prompt`, or `inputColumn` with `systemPrompt`.',
  },
} as const

export const aiError = defineErrors(aiErrors)
