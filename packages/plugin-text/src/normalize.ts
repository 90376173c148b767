import { column, defineOperator, type RowFunction, rowFunction, rowWith, type With } from '@maestro-dataflow/core'
import { z } from 'zod'
import { loadNormalizer, normalizerNames } from './normalizers/normalizers.js'
import { onceLoaded } from './once-loaded.js'
import { textOf } from './text-of.js'

const fields = {
  /** The column with the text. */
  input: column(),
  /** What is done, in this order. */
  do: z.array(z.enum(normalizerNames)).min(1),
  /** The column for the normalized text. @default `input` */
  output: z.string().min(1).optional(),
}

/** The row with the normalized text. */
export interface NormalizedRow extends RowFunction {
  readonly row: With<this['before'], { [Name in OutputName<this['options']>]: string }>
}
type OutputName<Options> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Options extends { readonly input: infer Input extends string }
    ? Input
    : never

/**
 * `text.normalize`: normalizes a text in the steps that `do` lists. A row without a text is rejected.
 *
 * @example .step('text.normalize', { input: 'text', do: ['html', 'unicode', 'whitespace'] })
 */
export const normalize = defineOperator({
  name: 'text.normalize',
  kind: 'map',
  description: 'Normalizes a text: Unicode, whitespace, HTML, addresses, emoji, and lines of web pages',
  options: fields,
  adds: ({ input, output = input }) => ({ [output]: 'string' as const }),
  row: rowFunction<NormalizedRow>(),
  stateless: true,
  create({ input, output = input, do: steps }) {
    const withNormalizers = onceLoaded(Promise.all(steps.map(loadNormalizer)))
    return (row) =>
      withNormalizers((normalizers) => {
        const text = normalizers.reduce((given, apply) => apply(given), textOf(row, input))
        return rowWith(row, [[output, text]])
      })
  },
})
