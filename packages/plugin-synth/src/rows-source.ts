import {
  defineSource,
  defineStorage,
  type Row,
  rowFunction,
  type SourceBatch,
  type StorageContext,
} from '@maestro-dataflow/core'
import { columnOrder } from './column-order.js'
import { columnType } from './column-types.js'
import { fakeValues } from './fake-values.js'
import { checkColumns, type ResolvedSynthOptions, SynthFields } from './options.js'
import { sampleCell } from './sample-cell.js'
import type { SampledRow } from './sampled-row.js'

const rowsAtOnce = 1024

/** `synth.rows`: generates synthetic rows. */
export const rowsSource = defineStorage({
  name: 'synth.rows',
  description: 'Generates rows by seeded samplers, the same for the same seed',
  source: defineSource({
    options: SynthFields,
    refine: checkColumns,
    row: rowFunction<SampledRow>(),
    columns: ({ columns }) => ({
      columns: Object.fromEntries(Object.entries(columns).map(([name, sampler]) => [name, columnType(sampler)])),
      open: false,
    }),
    open: (options, context) => ({ rowCount: options.rows, read: () => sampleRows(options, context) }),
  }),
})

declare module '@maestro-dataflow/core' {
  interface Storages {
    'synth.rows': typeof rowsSource
  }
}

/** The rows, in batches. */
export async function* sampleRows(
  { rows, seed, locale, columns }: ResolvedSynthOptions,
  { signal }: Pick<StorageContext, 'signal'>,
): AsyncIterable<SourceBatch> {
  const { order } = columnOrder(columns)
  const names = Object.keys(columns)
  const usesFakes = JSON.stringify(columns).includes('"fake"')
  const fake = usesFakes ? await fakeValues(locale) : () => ''
  for (let start = 0; start < rows; start += rowsAtOnce) {
    signal.throwIfAborted()
    const batch: { readonly ids: string[]; readonly rows: Row[] } = { ids: [], rows: [] }
    for (let row = start; row < Math.min(rows, start + rowsAtOnce); row++) {
      const known: Record<string, unknown> = Object.create(null)
      for (const column of order) {
        const sampler = columns[column]
        if (sampler !== undefined) known[column] = sampleCell(sampler, { seed, column, row, known, fake })
      }
      batch.ids.push(`synth:${row + 1}`)
      batch.rows.push(Object.fromEntries(names.map((name) => [name, known[name]])))
    }
    yield batch
  }
}
