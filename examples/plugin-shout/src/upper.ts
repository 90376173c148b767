import { column, defineOperator } from '@maestro-dataflow/core'
import { z } from 'zod'
import { shoutError } from './errors.js'

/** `shout.upper`: a text in capitals, with exclamation marks. A row whose value is not a text is rejected. */
export const upper = defineOperator({
  name: 'shout.upper',
  kind: 'map',
  description: 'Upper-cases a text column',
  options: {
    /** The column to read. */
    input: column(),
    /** The column to write. */
    output: z.string(),
    /** Exclamation marks at the end, 0 to 10. @default 1 */
    marks: z.number().int().min(0).max(10).default(1),
  },
  // The column that option `output` names is added as text.
  adds: { '{output}': 'string' },
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
