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
  /** A column with vectors, which are compared with a `reference`. */
  readonly input?: string | undefined
  /** Two columns with vectors, which are compared with each other. */
  readonly inputs?: readonly [string, string] | undefined
  /** A text, which is embedded once, or a vector. */
  readonly reference?: string | Vector | undefined
  /** @default 'cosine' */
  readonly metric?: Metric | undefined
  /** @default 'similarity' */
  readonly output?: string | undefined
  /** Goes before a reference text. */
  readonly prefix?: string | undefined
  /** Embeds a reference text. */
  readonly embedder?: EmbeddingServing | undefined
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
    const { reference, metric = 'cosine', output = 'similarity', prefix = '', embedder } = options
    const fail = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'SimilarityCalculator', reason })
    if (!comparesOneWay(options)) throw fail(oneWay)
    if (typeof reference === 'string' && embedder === undefined) throw fail('there is no embedder for the reference')
    this.#options = options
    this.#metric = metric
    this.#output = output
    this.#text =
      typeof reference === 'string' && embedder !== undefined
        ? new Once((context) => embedAll([prefix + reference], embedder, context))
        : undefined
  }

  override get columns(): ColumnEffects {
    return { reads: columnsOf(this.#options), adds: { [this.#output]: 'number' } }
  }

  /** @throws MAESTRO_AI_VECTOR, MAESTRO_AI_DIMENSIONS, and for a reference text MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const [column = '', other] = columnsOf(this.#options)
    const vector = vectorOf(row, column)
    const compared = other === undefined ? await this.#reference(context) : vectorOf(row, other)
    return { ...row, [this.#output]: similarityOf(this.#metric, vector, compared) }
  }

  async #reference(context: OperatorContext): Promise<Vector> {
    if (this.#text === undefined) return this.#options.reference as Vector
    const [vector = new Float32Array()] = await this.#text.get(context)
    return vector
  }
}

type Compared = Pick<SimilarityCalculatorOptions, 'input' | 'inputs' | 'reference'>

const oneWay = 'either `inputs`, two columns, or one `input` and a `reference` is expected'
const comparesOneWay = ({ input, inputs, reference }: Compared) =>
  inputs === undefined ? input !== undefined && reference !== undefined : input === undefined && reference === undefined

const columnsOf = ({ input = '', inputs }: Compared): readonly string[] => inputs ?? [input]

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
      input: nameOption.optional(),
      inputs: z.tuple([nameOption, nameOption]).optional(),
      reference: z.union([z.string().trim().min(1), vectorOption]).optional(),
      metric: z.enum(['cosine', 'dot', 'l2']).optional(),
      output: nameOption.default('similarity'),
      prefix: z.string().optional(),
      embedder: nameOption.default('embedder'),
    })
    .refine(comparesOneWay, oneWay),
  columns: (given) => ({ reads: columnsOf(given), adds: { [given.output]: 'number' as const } }),
  deterministic: true,
  servings: ({ reference, embedder }) => (typeof reference === 'string' ? [{ kind: 'embedding', name: embedder }] : []),
  check: ({ options, columns }) => checkVectors(columns, columnsOf(options)),
  inject: [SERVINGS],
  create: ({ embedder, ...options }, [servings]) =>
    new SimilarityCalculator({
      ...options,
      ...(typeof options.reference === 'string' ? { embedder: servings.get(embedder, 'embedding') } : {}),
    }),
})
