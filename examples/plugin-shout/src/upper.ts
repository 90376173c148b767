import { defineOperator } from '@maestro-dataflow/core'
import { z } from 'zod'
import { shoutError } from './errors.js'

/** `shout.upper`: a text in capitals, with exclamation marks. A row whose value is no text is rejected. */
export const upper = defineOperator({
  name: 'shout.upper',
  kind: 'map',
  description: 'Upper-cases a text column',
  options: z.strictObject({
    input: z.string(),
    output: z.string(),
    marks: z.number().int().min(0).max(10).default(1),
  }),
  // The names of options that hold columns: the plan knows what is read and added, and checks that it is there.
  columns: { reads: ['input'], adds: { output: 'string' } },
  create:
    ({ input, output, marks }) =>
    (row) => {
      const text = row[input]
      if (typeof text !== 'string') {
        throw shoutError('SHOUT_NOT_A_TEXT', { column: input, found: text === null ? 'null' : typeof text })
      }
      return { ...row, [output]: text.toUpperCase() + '!'.repeat(marks) }
    },
})
