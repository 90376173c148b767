import { defineErrors } from '@maestro-dataflow/core'

/** The errors of this plugin. Each says what happened and what to do. */
export const shoutError = defineErrors({
  SHOUT_NOT_A_TEXT: {
    message: (d: { column: string; found: string }) => `Column "${d.column}" holds no text but ${d.found}.`,
    hint: () => 'Name another column in `input`, or turn this one into text in a step before.',
  },
})
