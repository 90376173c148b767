import {
  type ColumnEffects,
  type Columns,
  defineOperator,
  type EmbeddingServing,
  MapOperator,
  type OperatorContext,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'
import { EmbedOnce } from './embed-once.js'
import { assertSameDimension, dot } from './metrics.js'
import { checkVectors, isVector, vectorOf } from './vector.js'

/** Whether a row has a match. */
export type MatchOutcome = 'matched' | 'below-threshold'

/** What a `TextMatcher` looks for, and among what. */
export interface TextMatcherOptions {
  /** A column with vectors. */
  readonly input: string
  /** Texts, or rows of another source: the nearest one becomes the match. */
  readonly references: readonly string[] | readonly Row[]
  /** Of rows: the column that is compared, a vector or a text. */
  readonly column?: string | undefined
  /** The least cosine similarity of a match, -1 to 1. @default 0.7 */
  readonly threshold?: number | undefined
  /** @default 'match' */
  readonly output?: string | undefined
  /** Goes before each reference text. */
  readonly prefix?: string | undefined
  /** Embeds reference texts. */
  readonly serving?: EmbeddingServing | undefined
}

/** Finds the nearest of some references to each row, by the cosine of their vectors. */
export class TextMatcher extends MapOperator {
  readonly #options: TextMatcherOptions
  readonly #output: string
  readonly #threshold: number
  readonly #texts: EmbedOnce | undefined
  #units: readonly Float64Array[] | undefined

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: TextMatcherOptions) {
    super()
    const { references, threshold = 0.7, output = 'match', prefix = '', serving } = options
    const faults = faultsOf(options)
    if (faults[0] !== undefined) throw aiError('MAESTRO_AI_OPTIONS', { operator: 'TextMatcher', reason: faults[0] })
    const texts = textsOf(options)
    if (texts.length > 0 && serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'TextMatcher',
        reason: 'there is no serving to embed the references',
      })
    this.#options = { ...options, references }
    this.#threshold = threshold
    this.#output = output
    this.#texts =
      serving === undefined || texts.length === 0
        ? undefined
        : new EmbedOnce(
            serving,
            texts.map((text) => prefix + text),
          )
  }

  override get columns(): ColumnEffects {
    return { reads: [this.#options.input], adds: columnsOf(this.#options, this.#output) }
  }

  /** @throws MAESTRO_AI_VECTOR, MAESTRO_AI_DIMENSIONS, and for reference texts MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const vector = unitOf(vectorOf(row, this.#options.input))
    const { index, score } = nearest(vector, await this.#unitReferences(context))
    const matched = score >= this.#threshold
    const outcome: MatchOutcome = matched ? 'matched' : 'below-threshold'
    return {
      ...row,
      [this.#output]: matched ? this.#options.references[index] : null,
      [`${this.#output}_score`]: score,
      [`${this.#output}_outcome`]: outcome,
    }
  }

  async #unitReferences(context: OperatorContext): Promise<readonly Float64Array[]> {
    if (this.#units !== undefined) return this.#units
    const { references, column = '' } = this.#options
    const embedded = (await this.#texts?.vectors(context)) ?? []
    let next = 0
    this.#units = references.map((reference) => {
      const given = typeof reference === 'string' ? undefined : reference[column]
      return unitOf(isVector(given) ? given : (embedded[next++] ?? []))
    })
    return this.#units
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
function textsOf({ references, column = '' }: Pick<TextMatcherOptions, 'references' | 'column'>): readonly string[] {
  return references.flatMap((reference) => {
    if (typeof reference === 'string') return [reference]
    return isVector(reference[column]) ? [] : [columnText(reference, column)]
  })
}

function faultsOf({ references, column }: Pick<TextMatcherOptions, 'references' | 'column'>): readonly string[] {
  if (references.length === 0) return ['at least one reference is expected']
  const rows = references.filter((reference) => typeof reference !== 'string')
  if (references.some((text) => typeof text === 'string' && text.trim() === '')) return ['a reference is empty']
  if (rows.length === 0) return []
  if (rows.length < references.length) return ['texts and rows stand among the references']
  if (column === undefined) return ['`column` is expected: what to compare of the rows']
  return rows.flatMap((row, index) => {
    const value = row[column]
    const fits = isVector(value) || (typeof value === 'string' && value.trim() !== '')
    return fits ? [] : [`column "${column}" of reference ${index + 1} holds neither a text nor a vector`]
  })
}

function columnsOf({ references }: Pick<TextMatcherOptions, 'references'>, output: string): Columns {
  return {
    [output]: typeof references[0] === 'string' ? 'string' : 'json',
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
      references: z.union([z.array(z.string()), z.array(z.record(z.string(), z.unknown()))]),
      column: nameOption.optional(),
      threshold: z.number().min(-1).max(1).optional(),
      output: nameOption.default('match'),
      prefix: z.string().optional(),
      serving: nameOption.default('embedder'),
    })
    .superRefine((given, { addIssue }) => {
      for (const message of faultsOf(given)) addIssue({ code: 'custom', path: ['references'], message, input: given })
    }),
  columns: (given) => ({ reads: [given.input], adds: columnsOf(given, given.output) }),
  deterministic: true,
  servings: (given) => (textsOf(given).length > 0 ? [{ kind: 'embedding', name: given.serving }] : []),
  check: ({ options, columns }) => checkVectors(columns, [options.input]),
  inject: [SERVINGS],
  create: ({ serving, ...options }, [servings]) =>
    new TextMatcher({
      ...options,
      ...(textsOf(options).length > 0 ? { serving: servings.get(serving, 'embedding') } : {}),
    }),
})
