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
import { aiError } from '../errors.js'
import { mapRows } from './map-rows.js'
import { dot } from './metrics.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

/** How many rows a `DiverseSelector` keeps. */
export interface DiverseSelectorOptions {
  /** A column with vectors. */
  readonly input: string
  /** Rows that are kept. Not with `fraction`. */
  readonly count?: number | undefined
  /** The share of the rows that is kept, 0 to 1. */
  readonly fraction?: number | undefined
}

/**
 * Keeps rows that are as far from each other as can be: the first one, and then always the one that is farthest from those
 * that were chosen (Gonzalez, 1985). They keep their order.
 */
export class DiverseSelector extends GlobalOperator {
  readonly #options: DiverseSelectorOptions

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: DiverseSelectorOptions) {
    super()
    if (!wantsOneNumber(options))
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'DiverseSelector', reason: oneNumber })
    this.#options = options
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input] }
  }

  /** Rows without a vector are rejected, with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, count, fraction = 1 } = this.#options
    const units = await readUnitVectors(all, input, context)
    const wanted = count ?? Math.ceil(fraction * units.size)
    const chosen = farthestFirst([...units], wanted, context.signal)
    yield* mapRows(all, (row, place) => (chosen.has(place) ? row : undefined))
  }
}

const oneNumber = 'either `count`, a number of rows, or `fraction`, a share of them, is expected'
const wantsOneNumber = ({ count, fraction }: Pick<DiverseSelectorOptions, 'count' | 'fraction'>) =>
  (count === undefined) !== (fraction === undefined)

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
  options: z
    .strictObject({
      input: nameOption,
      count: z.number().int().positive().optional(),
      fraction: z.number().positive().max(1).optional(),
    })
    .refine(wantsOneNumber, { path: ['count'], message: oneNumber }),
  columns: ({ input }) => ({ reads: [input] }),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  create: (options) => new DiverseSelector(options),
})
