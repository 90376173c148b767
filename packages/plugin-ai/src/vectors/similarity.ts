import {
  type ColumnEffects,
  defineOperator,
  type EmbeddingServing,
  MapOperator,
  type OperatorContext,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { aiError } from '../errors.js'
import { embedAll } from './embed-all.js'
import { type Metric, similarity as similarityOf } from './metrics.js'
import { Once } from './once.js'
import { checkVectors, isVector, type Vector, vectorOf } from './vector.js'

/** What a `SimilarityCalculator` compares. */
export interface SimilarityCalculatorOptions {
  /** A column with vectors. */
  readonly input: string
  /** Another column with vectors. */
  readonly with?: string | undefined
  /** Instead of another column: a text, which is embedded once, or a vector. */
  readonly reference?: string | Vector | undefined
  /** @default 'cosine' */
  readonly metric?: Metric | undefined
  /** @default 'similarity' */
  readonly output?: string | undefined
  /** Goes before a reference text. */
  readonly prefix?: string | undefined
  /** Embeds a reference text. */
  readonly serving?: EmbeddingServing | undefined
}

/** Says how near vectors are: of two columns, or of a column and a reference. */
export class SimilarityCalculator extends MapOperator {
  readonly #options: SimilarityCalculatorOptions
  readonly #metric: Metric
  readonly #output: string
  readonly #text: Once<OperatorContext, readonly Float32Array[]> | undefined

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: SimilarityCalculatorOptions) {
    super()
    const { reference, metric = 'cosine', output = 'similarity', prefix = '', serving } = options
    const fail = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'SimilarityCalculator', reason })
    if ((options.with === undefined) === (reference === undefined)) throw fail(oneOther)
    if (typeof reference === 'string' && serving === undefined) throw fail('there is no serving to embed the reference')
    this.#options = options
    this.#metric = metric
    this.#output = output
    this.#text =
      typeof reference === 'string' && serving !== undefined
        ? new Once((context) => embedAll([prefix + reference], serving, context))
        : undefined
  }

  override get columns(): ColumnEffects {
    const { input, with: other } = this.#options
    return { reads: other === undefined ? [input] : [input, other], adds: { [this.#output]: 'number' } }
  }

  /** @throws MAESTRO_AI_VECTOR, MAESTRO_AI_DIMENSIONS, and for a reference text MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const vector = vectorOf(row, this.#options.input)
    return { ...row, [this.#output]: similarityOf(this.#metric, vector, await this.#otherOf(row, context)) }
  }

  async #otherOf(row: Row, context: OperatorContext): Promise<Vector> {
    const { with: other, reference } = this.#options
    if (other !== undefined) return vectorOf(row, other)
    if (this.#text === undefined) return reference as Vector
    const [vector = new Float32Array()] = await this.#text.get(context)
    return vector
  }
}

const oneOther = 'either `with`, another column, or a `reference` to compare with is expected'
const vectorOption = z.custom<Vector>(isVector, 'a vector is expected: a list of finite numbers')

/**
 * `ai.similarity`: how near vectors are.
 *
 * @remarks
 * Cost: A reference text is embedded once a run.
 */
export const similarity = defineOperator({
  name: 'ai.similarity',
  kind: 'map',
  description: 'Says how near a vector is to another column or to a reference',
  options: z
    .strictObject({
      input: nameOption,
      with: nameOption.optional(),
      reference: z.union([z.string().trim().min(1), vectorOption]).optional(),
      metric: z.enum(['cosine', 'dot', 'l2']).optional(),
      output: nameOption.default('similarity'),
      prefix: z.string().optional(),
      serving: nameOption.default('embedder'),
    })
    .refine((given) => (given.with === undefined) !== (given.reference === undefined), oneOther),
  columns: ({ input, with: other, output }) => ({
    reads: other === undefined ? [input] : [input, other],
    adds: { [output]: 'number' as const },
  }),
  deterministic: true,
  servings: ({ reference, serving }) => (typeof reference === 'string' ? [{ kind: 'embedding', name: serving }] : []),
  check: ({ options, columns }) => checkVectors(columns, [options.input, options.with]),
  inject: [SERVINGS],
  create: ({ serving, ...options }, [servings]) =>
    new SimilarityCalculator({
      ...options,
      ...(typeof options.reference === 'string' ? { serving: servings.get(serving, 'embedding') } : {}),
    }),
})
