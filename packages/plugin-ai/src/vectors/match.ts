import {
  type ColumnEffects,
  type Columns,
  defineOperator,
  type EmbeddingServing,
  MapOperator,
  type OperatorContext,
  type Row,
  RowSource,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'
import { type SideTable, sideTableOption, unknownColumn } from '../tables/read-side.js'
import { embedAll } from './embed-all.js'
import { assertSameDimension, dot } from './metrics.js'
import { Once } from './once.js'
import { checkVectors, isVector, vectorOf } from './vector.js'

/** Whether a row has a match. */
export type MatchOutcome = 'matched' | 'below-threshold'

/** What a `TextMatcher` looks for, and among what. */
export interface TextMatcherOptions {
  /** A column with vectors. */
  readonly input: string
  /** Texts, rows, or another source: the nearest one becomes the match. */
  readonly references: readonly string[] | SideTable
  /** Of rows: the column that `input` is compared with, a vector or a text. */
  readonly on?: string | undefined
  /** The least cosine similarity of a match, -1 to 1. @default 0.7 */
  readonly threshold?: number | undefined
  /** @default 'match' */
  readonly output?: string | undefined
  /** Goes before each reference text. */
  readonly prefix?: string | undefined
  /** Embeds reference texts. */
  readonly embedder?: EmbeddingServing | undefined
}

/** What rows are compared with. */
interface References {
  readonly values: readonly (string | Row)[]
  readonly units: readonly Float64Array[]
}

/** Finds the nearest of some references to each row, by the cosine of their vectors. */
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
        reason: 'there is no embedder for the references',
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

  async #embedded(context: OperatorContext): Promise<References> {
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

/** The vector at length 1; one of length 0 stays as it is, and is near to nothing. */
function unitOf(vector: ArrayLike<number>): Float64Array {
  const length = Math.sqrt(dot(vector, vector))
  return Float64Array.from(vector, (part) => (length === 0 ? 0 : part / length))
}

/** What has to be embedded, in the order of the references. */
function textsOf(references: readonly (string | Row)[], column: string): readonly string[] {
  return references.flatMap((reference) => {
    if (typeof reference === 'string') return [reference]
    return isVector(reference[column]) ? [] : [columnText(reference, column)]
  })
}

/** Whether there are, or may be, texts to embed. */
function asksFor({ references, on = '' }: Pick<TextMatcherOptions, 'references' | 'on'>): boolean {
  if (!(references instanceof RowSource)) return textsOf(references, on).length > 0
  return references.columns.columns[on] !== 'vector'
}

function faultsOf({ references, on }: Pick<TextMatcherOptions, 'references' | 'on'>): readonly string[] {
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
  if (rows.length < references.length) return ['texts and rows stand among the references']
  if (on === undefined) return [missing]
  return rows.flatMap((row, index) => {
    const value = row[on]
    const fits = isVector(value) || (typeof value === 'string' && value.trim() !== '')
    return fits ? [] : [`column "${on}" of reference ${index + 1} holds neither a text nor a vector`]
  })
}

function columnsOf({ references }: Pick<TextMatcherOptions, 'references'>, output: string): Columns {
  return {
    [output]: !(references instanceof RowSource) && typeof references[0] === 'string' ? 'string' : 'json',
    [`${output}_score`]: 'number',
    [`${output}_outcome`]: 'string',
  }
}

/**
 * `ai.match`: the nearest reference.
 *
 * @remarks
 * Cost: References are embedded once a run; none where they are vectors.
 */
export const match = defineOperator({
  name: 'ai.match',
  kind: 'map',
  description: 'Finds the reference that is nearest to a vector, above a threshold',
  options: z
    .strictObject({
      input: nameOption,
      references: z.union([z.array(z.string()), sideTableOption]),
      on: nameOption.optional(),
      threshold: z.number().min(-1).max(1).optional(),
      output: nameOption.default('match'),
      prefix: z.string().optional(),
      embedder: nameOption.default('embedder'),
    })
    .superRefine((given, { addIssue }) => {
      for (const message of faultsOf(given)) addIssue({ code: 'custom', path: ['references'], message, input: given })
    }),
  columns: (given) => ({ reads: [given.input], adds: columnsOf(given, given.output) }),
  deterministic: true,
  sources: ['references'],
  servings: (given) => (asksFor(given) ? [{ kind: 'embedding', name: given.embedder }] : []),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  inject: [SERVINGS],
  create: ({ embedder, ...options }, [servings]) =>
    new TextMatcher({
      ...options,
      ...(asksFor(options) ? { embedder: servings.get(embedder, 'embedding') } : {}),
    }),
})
