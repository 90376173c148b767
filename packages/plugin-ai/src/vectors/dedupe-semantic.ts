import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  LOGGER,
  type Logger,
  newColumn,
  typed,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { mapRows } from './map-rows.js'
import { KeptVectors } from './nearest-kept.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

const fields = {
  /** The column of the vectors, as `ai.embed` makes them. */
  input: column(),
  /** The lowest cosine similarity of rows with the same meaning, -1 to 1. @default 0.95 */
  threshold: z.number().min(-1).max(1).default(0.95),
  /**
   * A column of numbers. Of rows with the same meaning, the one with the highest number is kept.
   *
   * @default the first row is kept
   */
  score: column('number').optional(),
  /** The column of the ids of the dropped rows. @default 'duplicates' */
  output: newColumn('duplicates'),
}

/** Options of `SemanticDeduper`: those of `ai.dedupe-semantic`. */
export type SemanticDeduperOptions = GivenOptions<typeof fields> & { readonly logger?: Logger | undefined }

/**
 * Keeps one of several rows with the same meaning. Each row is compared only with the kept rows, so a row that is
 * similar to a dropped row, but not to the row that was kept in its place, is kept.
 */
export class SemanticDeduper extends GlobalOperator {
  readonly #options: SemanticDeduperOptions

  constructor(options: SemanticDeduperOptions) {
    super()
    this.#options = options
  }

  override get columns(): ColumnEffects {
    const { input, score, output = 'duplicates' } = this.#options
    return { reads: score === undefined ? [input] : [input, score], adds: { [output]: 'json' } }
  }

  /** Rows without a vector are rejected with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, threshold = 0.95, score, output = 'duplicates', logger } = this.#options
    const units = await readUnitVectors(all, input, context)
    const { ids, worths } = await facts(all, score)
    const places = [...units.keys()]
    if (score !== undefined) places.sort((one, other) => (worths[other] ?? 0) - (worths[one] ?? 0) || one - other)
    const kept = new KeptVectors()
    const survivors: number[] = []
    const duplicates = new Map<number, string[]>()
    for (const place of places) {
      context.signal.throwIfAborted()
      const unit = units.get(place) ?? new Float32Array()
      const same = kept.nearest(unit, threshold)
      if (same === undefined) {
        kept.add(unit)
        survivors.push(place)
        duplicates.set(place, [])
      } else duplicates.get(survivors[same] ?? -1)?.push(ids[place] ?? '')
    }
    logger?.info('rows with the same meaning were dropped', {
      kept: survivors.length,
      left: places.length - survivors.length,
    })
    yield* mapRows(all, (row, place) => {
      const same = duplicates.get(place)
      return same && { ...row, [output]: same }
    })
  }
}

/** The ids of all rows and the values that rank them. A value that is not a number ranks last. */
async function facts(all: AllRows, score: string | undefined) {
  const ids: string[] = []
  const worths: number[] = []
  for await (const batch of all) {
    ids.push(...batch.ids)
    for (const row of batch.rows) {
      const value = score === undefined ? 0 : row[score]
      worths.push(typeof value === 'number' && !Number.isNaN(value) ? value : Number.NEGATIVE_INFINITY)
    }
  }
  return { ids, worths }
}

/** `ai.dedupe-semantic`: keeps one of several rows with the same meaning. */
export const dedupeSemantic = defineOperator({
  name: 'ai.dedupe-semantic',
  kind: 'opaque',
  description: 'Keeps one of several rows with the same meaning, judged by the similarity of their vectors',
  options: fields,
  adds: { '{output}': typed<readonly string[]>('json') },
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  inject: [LOGGER],
  create: (options, [logger]) => new SemanticDeduper({ ...options, logger }),
})
