import { column, defineOperator, type RowFunction, rowFunction, rowWith, type With } from '@maestro-dataflow/core'
import { z } from 'zod'
import { loadMeasures, type MeasureName, measureNames, measureType } from './measures/measures.js'
import { TextParts } from './measures/text-parts.js'
import { onceLoaded } from './once-loaded.js'
import { textOf } from './text-of.js'

const fields = {
  /** The column with the text. */
  input: column(),
  /** The measures. Each becomes a column with its name. */
  measures: z.array(z.enum(measureNames)).min(1),
  /** What precedes the name of a measure in the name of its column. @default '' */
  prefix: z.string().default(''),
  /** The words that `blockedWords` counts, in any capitals. @default [] */
  blocklist: z.array(z.string()).default([]),
}

/** The row with a column for each measure. */
export interface MeasuredRow extends RowFunction {
  readonly row: With<this['before'], MeasureColumns<this['options']>>
}
type MeasureColumns<Options> = Options extends { readonly measures: readonly (infer Name extends MeasureName)[] }
  ? { [Key in Name as `${PrefixOf<Options>}${Key}`]: Key extends 'language' ? string | null : number }
  : never
type PrefixOf<Options> = Options extends { readonly prefix: infer Prefix extends string } ? Prefix : ''

/**
 * `text.measure`: adds columns with measures of a text, such as the number of words or the share of repeated lines. A row
 * without a text is rejected.
 *
 * @example .step('text.measure', { input: 'text', measures: ['words', 'language'] })
 */
export const measure = defineOperator({
  name: 'text.measure',
  kind: 'map',
  description: 'Adds columns with measures of a text: counts, ratios, repetition, language',
  options: fields,
  adds: ({ measures, prefix }) => Object.fromEntries(measures.map((name) => [`${prefix}${name}`, measureType(name)])),
  row: rowFunction<MeasuredRow>(),
  stateless: true,
  create({ input, measures, prefix, blocklist }) {
    const withMeasures = onceLoaded(loadMeasures(measures, blocklist))
    return (row) =>
      withMeasures((measureText) => {
        const parts = new TextParts(textOf(row, input))
        return rowWith(
          row,
          measures.map((name) => [`${prefix}${name}`, measureText(parts, name)] as const),
        )
      })
  },
})
