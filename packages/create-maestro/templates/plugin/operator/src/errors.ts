import { defineErrors } from '@maestro-dataflow/core'

/** The errors of this plugin. Each says what happened and what to do. */
export const pluginError = defineErrors({
  ACME_NOT_A_TEXT: {
    message: (d: { column: string; found: string }) =>
      `The column "${d.column}" contains ${d.found} instead of a text.`,
    hint: () => 'Name another column in `input`, or convert this one in a step before.',
  },
})
