import { column, defineOperator, newColumn } from '@maestro-dataflow/core'
import { z } from 'zod'
import { pluginError } from './errors.js'

/** `acme.shorten`: cuts a text after a number of characters. A row without a text is rejected. */
export const shorten = defineOperator({
  name: 'acme.shorten',
  kind: 'map',
  description: 'Cuts a text after a number of characters',
  options: {
    /** The column with the text. */
    input: column(),
    /** The column that receives the short text. @default 'short' */
    output: newColumn('short'),
    /** The maximum number of characters. @default 80 */
    length: z.number().int().positive().default(80),
  },
  adds: { '{output}': 'string' },
  create:
    ({ input, output, length }) =>
    (row) => {
      const text = row[input]
      if (typeof text !== 'string')
        throw pluginError('ACME_NOT_A_TEXT', { column: input, found: text === null ? 'null' : typeof text })
      return { ...row, [output]: [...text].slice(0, length).join('') }
    },
})
