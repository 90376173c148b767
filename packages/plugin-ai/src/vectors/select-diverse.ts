import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { mapRows } from './map-rows.js'
import { dot } from './metrics.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

/** How many rows a `DiverseSelector` keeps. */
export interface DiverseSelectorOptions {
  /** A column with vectors. */
  readonly input: string
  /** Rows that are kept; or a share of all, below 1. */
  readonly count: number
}

/**
 * Keeps rows that are as far from each other as can be: the first one, and then always the one that is farthest from those
 * that were chosen (Gonzalez, 1985). They keep their order.
 */
export class DiverseSelector extends GlobalOperator {
  readonly #options: DiverseSelectorOptions

  constructor(options: DiverseSelectorOptions) {
    super()
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input] }
  }

  /** Rows without a vector are rejected, with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, count } = this.#options
    const units = await readUnitVectors(all, input, context)
    const wanted = count < 1 ? Math.ceil(count * units.size) : count
    const chosen = farthestFirst([...units], wanted, context.signal)
    yield* mapRows(all, (row, place) => (chosen.has(place) ? row : undefined))
  }
}

function farthestFirst(
  units: readonly (readonly [place: number, unit: Float32Array])[],
  wanted: number,
  signal: AbortSignal,
): ReadonlySet<number> {
  const chosen = new Set<number>()
  /** The cosine of each to the nearest that was chosen. */
  const nearest = new Float64Array(units.length).fill(Number.NEGATIVE_INFINITY)
  let next = 0
  while (chosen.size < Math.min(wanted, units.length)) {
    signal.throwIfAborted()
    const [place = -1, center = new Float32Array()] = units[next] ?? []
    chosen.add(place)
    nearest[next] = Number.POSITIVE_INFINITY
    let farthest = next
    for (const [index, [, unit]] of units.entries()) {
      if (nearest[index] === Number.POSITIVE_INFINITY) continue
      nearest[index] = Math.max(nearest[index] ?? 0, dot(center, unit))
      if ((nearest[index] ?? 0) < (nearest[farthest] ?? 0)) farthest = index
    }
    next = farthest
  }
  return chosen
}

/** `ai.select-diverse`: rows that differ. */
export const selectDiverse = defineOperator({
  name: 'ai.select-diverse',
  kind: 'opaque',
  description: 'Keeps as many rows as wanted, as different from each other as can be',
  options: z.strictObject({
    input: nameOption,
    count: z
      .number()
      .positive()
      .refine((count) => count < 1 || Number.isInteger(count), 'a number of rows, or a share below 1, is expected'),
  }),
  columns: ({ input }) => ({ reads: [input] }),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  create: (options) => new DiverseSelector(options),
})
