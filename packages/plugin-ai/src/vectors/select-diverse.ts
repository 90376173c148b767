import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type OutputOf,
  optionsSchema,
  unless,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type GivenOptions, parseOptions } from '../asking/alone.js'
import { mapRows } from './map-rows.js'
import { dot } from './metrics.js'
import { readUnitVectors } from './unit-vectors.js'
import { checkVectors } from './vector.js'

const fields = {
  /** The column of the vectors, as `ai.embed` makes them. */
  input: column(),
  /** The number of rows to keep. */
  count: unless('fraction', z.number().int().positive()),
  /** The share of the rows to keep, 0 to 1, instead of `count`. */
  fraction: z.number().positive().max(1).optional(),
}

const schema = optionsSchema(fields)

/** Options of `DiverseSelector`: those of `ai.select-diverse`. */
export type DiverseSelectorOptions = GivenOptions<typeof fields>

/**
 * Keeps rows that differ as much as possible: the first row, and then repeatedly the row that is farthest from all
 * chosen rows (Gonzalez, 1985). The kept rows stay in order.
 */
export class DiverseSelector extends GlobalOperator {
  readonly #options: OutputOf<typeof fields>

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: DiverseSelectorOptions) {
    super()
    this.#options = parseOptions('DiverseSelector', schema, options)
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input] }
  }

  /** Rows without a vector are rejected with MAESTRO_AI_VECTOR or MAESTRO_AI_DIMENSIONS. */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, count, fraction = 1 } = this.#options
    const units = await readUnitVectors(all, input, context)
    const wanted = count ?? Math.ceil(fraction * units.size)
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
  /** The cosine similarity of each row to the nearest chosen row. */
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

/** `ai.select-diverse`: keeps rows that differ. */
export const selectDiverse = defineOperator({
  name: 'ai.select-diverse',
  kind: 'opaque',
  description: 'Keeps a given number of rows that differ from each other as much as possible',
  options: fields,
  adds: {},
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  create: (options) => new DiverseSelector(options),
})
