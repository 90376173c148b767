import {
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  type EmbeddingServing,
  MapOperator,
  newColumn,
  type OperatorContext,
  type OutputOf,
  type Refinement,
  type Row,
  type RowFunction,
  RowSource,
  rowFunction,
  SERVINGS,
  type SourceRow,
  servingOption,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { nameOption } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import type { OutputName } from '../asking/output-name.js'
import { aiError } from '../errors.js'
import { type SideTable, sideTableOption, unknownColumn } from '../tables/read-side.js'
import { embedAll } from './embed-all.js'
import { assertSameDimension, dot } from './metrics.js'
import { Once } from './once.js'
import { checkVectors, isVector, vectorOf } from './vector.js'

/** Whether a row has a match. */
export type MatchOutcome = 'matched' | 'below-threshold'

const fields = {
  /** The column of the vectors, as `ai.embed` makes them. */
  input: column(),
  /**
   * The references that rows are compared with: texts, rows in code, or another source, `{ use, ...options }`. They are
   * held in memory.
   */
  references: z.union([z.array(z.string()), sideTableOption]),
  /** If the references are rows, the column that `input` is compared with: a vector or a text. */
  on: nameOption.optional(),
  /** The lowest cosine similarity of a match, -1 to 1. @default 0.7 */
  threshold: z.number().min(-1).max(1).optional(),
  /**
   * The column of the nearest reference, or null. `<output>_score` holds the similarity, and `<output>_outcome` is
   * `matched` or `below-threshold`.
   *
   * @default 'match'
   */
  output: newColumn('match'),
  /** A prefix of each reference text, for models that distinguish queries and passages. */
  prefix: z.string().optional(),
  /** The name of the embedding model for reference texts. @default 'embedder' */
  embedder: servingOption().default('embedder'),
}

type References = readonly string[] | SideTable

/** Options of `TextMatcher`: those of `ai.match`, with the model itself as `embedder`. */
export type TextMatcherOptions = Alone<
  typeof fields,
  { readonly embedder?: EmbeddingServing | undefined; readonly references: References }
>

/** References with their unit vectors. */
interface EmbeddedReferences {
  readonly values: readonly (string | Row)[]
  readonly units: readonly Float64Array[]
}

/** Finds the nearest reference to each row by the cosine similarity of their vectors. */
export class TextMatcher extends MapOperator {
  readonly #options: TextMatcherOptions
  readonly #output: string
  readonly #threshold: number
  readonly #references = new Once((context: OperatorContext) => this.#embedded(context))

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: TextMatcherOptions) {
    super()
    const { threshold = 0.7, output = 'match', embedder } = options
    const faults = faultsOf(options)
    if (faults[0] !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'TextMatcher', reason: faults[0] })
    if (asksFor(options) && embedder === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'TextMatcher',
        reason: 'an embedder for the references is required',
      })
    this.#options = options
    this.#threshold = threshold
    this.#output = output
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input], adds: columnsOf(this.#options, this.#output) }
  }

  /** @throws MAESTRO_AI_VECTOR, MAESTRO_AI_DIMENSIONS, and for reference texts MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const vector = unitOf(vectorOf(row, this.#options.input))
    const { values, units } = await this.#references.get(context)
    const { index, score } = nearest(vector, units)
    const matched = score >= this.#threshold
    const outcome: MatchOutcome = matched ? 'matched' : 'below-threshold'
    return {
      ...row,
      [this.#output]: matched ? values[index] : null,
      [`${this.#output}_score`]: score,
      [`${this.#output}_outcome`]: outcome,
    }
  }

  async #embedded(context: OperatorContext): Promise<EmbeddedReferences> {
    const { references, on = '', prefix = '', embedder } = this.#options
    const values = references instanceof RowSource ? await references.rows(context.signal) : references
    const [fault] = faultsOf({ references: values, on })
    if (fault !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'TextMatcher', reason: fault })
    const texts = textsOf(values, on).map((text) => prefix + text)
    const embedded = embedder === undefined || texts.length === 0 ? [] : await embedAll(texts, embedder, context)
    let next = 0
    const units = values.map((value) => {
      const given = typeof value === 'string' ? undefined : value[on]
      return unitOf(isVector(given) ? given : (embedded[next++] ?? []))
    })
    return { values, units }
  }
}

function nearest(vector: Float64Array, references: readonly Float64Array[]): { index: number; score: number } {
  let index = 0
  let score = Number.NEGATIVE_INFINITY
  for (const [at, reference] of references.entries()) {
    assertSameDimension(vector, reference)
    const found = Math.max(-1, Math.min(1, dot(vector, reference)))
    if (found > score) [index, score] = [at, found]
  }
  return { index, score }
}

/** The vector scaled to length 1. A zero vector is unchanged and similar to no other vector. */
function unitOf(vector: ArrayLike<number>): Float64Array {
  const length = Math.sqrt(dot(vector, vector))
  return Float64Array.from(vector, (part) => (length === 0 ? 0 : part / length))
}

/** The texts to embed, in the order of the references. */
function textsOf(references: readonly (string | Row)[], column: string): readonly string[] {
  return references.flatMap((reference) => {
    if (typeof reference === 'string') return [reference]
    return isVector(reference[column]) ? [] : [columnText(reference, column)]
  })
}

interface Compared {
  readonly references: References
  readonly on?: string | undefined
}

/** Whether there may be texts to embed. */
function asksFor({ references, on = '' }: Compared): boolean {
  if (!(references instanceof RowSource)) return textsOf(references, on).length > 0
  return references.columns.columns[on] !== 'vector'
}

function faultsOf({ references, on }: Compared): readonly string[] {
  const missing = '`on` is expected: the column of the references to compare with'
  if (references instanceof RowSource) {
    return [on === undefined ? missing : unknownColumn('references', references, on)].filter(
      (fault) => fault !== undefined,
    )
  }
  if (references.length === 0) return ['at least one reference is expected']
  const rows = references.filter((reference) => typeof reference !== 'string')
  if (references.some((text) => typeof text === 'string' && text.trim() === '')) return ['a reference is empty']
  if (rows.length === 0) return []
  if (rows.length < references.length) return ['the references mix texts and rows']
  if (on === undefined) return [missing]
  return rows.flatMap((row, index) => {
    const value = row[on]
    const fits = isVector(value) || (typeof value === 'string' && value.trim() !== '')
    return fits ? [] : [`column "${on}" of reference ${index + 1} does not hold a text or a vector`]
  })
}

function columnsOf({ references }: Compared, output: string): Columns {
  return {
    [output]: !(references instanceof RowSource) && typeof references[0] === 'string' ? 'string' : 'json',
    [`${output}_score`]: 'number',
    [`${output}_outcome`]: 'string',
  }
}

const refine: Refinement<OutputOf<typeof fields>> = (given, { addIssue }) => {
  for (const message of faultsOf(given)) addIssue({ code: 'custom', path: ['references'], message, input: given })
}

/** The row with its nearest reference. */
export interface MatchedRow extends RowFunction {
  readonly row: With<this['before'], Matched<OutputName<this['options'], 'match'>, ReferenceOf<this['options']>>>
}
type Matched<Name extends string, Reference> = Record<Name, Reference | null> &
  Record<`${Name}_score`, number> &
  Record<`${Name}_outcome`, MatchOutcome>
type ReferenceOf<Options> = Options extends { readonly references: readonly (infer Reference)[] }
  ? Reference
  : Options extends { readonly references: infer Given }
    ? SourceRow<Given>
    : never

/**
 * `ai.match`: finds the nearest reference.
 *
 * @remarks
 * Cost: References are embedded once per run; references that are vectors cost nothing.
 */
export const match = defineOperator({
  name: 'ai.match',
  kind: 'map',
  description: 'Finds the reference that is most similar to a vector, above a threshold',
  options: fields,
  refine,
  adds: (given) => columnsOf(given, given.output),
  row: rowFunction<MatchedRow>(),
  deterministic: true,
  servings: (given) => (asksFor(given) ? [{ kind: 'embedding', name: given.embedder }] : []),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  inject: [SERVINGS],
  create: ({ embedder, ...options }, [servings]) =>
    new TextMatcher({
      ...options,
      ...(asksFor(options) ? { embedder: servings.get(embedder, 'embedding') } : {}),
    }),
})
