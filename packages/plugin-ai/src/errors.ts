import { defineErrors } from '@maestro-dataflow/core'

/** The errors of AI operators. */
export const aiErrors = {
  MAESTRO_AI_DIMENSIONS: {
    message: (d: { one: number; other: number }) =>
      `Vectors of ${d.one} and of ${d.other} dimensions cannot be compared.`,
    hint: () => 'Embed both with the same model.',
  },
  MAESTRO_AI_EMPTY_ANSWER: {
    message: (d: { serving: string }) => `${d.serving} answered nothing.`,
    hint: () => 'Look at the prompt of this row, or use a larger model.',
  },
  MAESTRO_AI_EMPTY_INPUT: {
    message: (d: { column: string }) => `Column "${d.column}" is empty, so there is nothing to ask.`,
    hint: () => 'Leave such rows out before this step, or fill the column.',
  },
  MAESTRO_AI_OPTIONS: {
    message: (d: { operator: string; reason: string }) => `${d.operator}: ${d.reason}.`,
    hint: () => 'Correct the option that the message names; docs/ai-operators.md lists them all.',
  },
  MAESTRO_AI_SCHEMA_COLUMNS: {
    message: (_: Readonly<Record<string, never>>) =>
      'The schema describes no object with properties to make columns of.',
    hint: () => 'Name one column for the whole answer with `output`, or describe an object with properties.',
  },
  MAESTRO_AI_SCORE: {
    message: (d: { column: string; found: string }) => `Column "${d.column}" holds no score: ${d.found}.`,
    hint: () => "Score all rows first, with a step 'ai.score', and give the column that it adds.",
  },
  MAESTRO_AI_SUMMARY_GREW: {
    message: (d: { serving: string; parts: number }) =>
      `${d.serving} summed up ${d.parts} parts of a text, and that is no shorter than the text.`,
    hint: () =>
      'Ask for fewer words with `maxWords`, give the parts more room with `chunkTokens`, or use a larger model.',
  },
  MAESTRO_AI_VECTOR: {
    message: (d: { column: string; reason: string }) => `Column "${d.column}" is no vector: ${d.reason}.`,
    hint: () => "Make vectors of texts first, with a step 'ai.embed', and give the column that it adds.",
  },
} as const

export const aiError = defineErrors(aiErrors)
