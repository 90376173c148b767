import {
  type ColumnEffects,
  column,
  defineOperator,
  type EmbeddingServing,
  MapOperator,
  newColumn,
  type OperatorContext,
  optionsSchema,
  type Row,
  SERVINGS,
  servingOption,
  unless,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { aiError } from '../errors.js'
import { embedAll } from './embed-all.js'
import { type Metric, similarity as similarityOf } from './metrics.js'
import { Once } from './once.js'
import { checkVectors, isVector, type Vector, vectorOf } from './vector.js'

const vectorOption = z.custom<Vector>(isVector, 'a vector is expected: a list of finite numbers')

const fields = {
  /** The column of the vectors, as `ai.embed` makes them, that are compared with `reference`. */
  input: unless('inputs', column()),
  /** The reference that `input` is compared with: a text, which is embedded once, or a vector. */
  reference: unless('inputs', z.union([z.string().trim().min(1), vectorOption])),
  /** Two columns of vectors to compare with each other, instead of `input` and `reference`. */
  inputs: unless(['input', 'reference'], z.tuple([column(), column()]).optional()),
  /**
   * The measure. `l2` is a distance, so a lower value means more similar; with the others, a higher value does.
   *
   * @default 'cosine'
   */
  metric: z.enum(['cosine', 'dot', 'l2']).optional(),
  /** The column of the number. @default 'similarity' */
  output: newColumn('similarity'),
  /** A prefix of a reference text, for models that distinguish queries and passages. */
  prefix: z.string().optional(),
  /** The name of the embedding model for a reference text. @default 'embedder' */
  embedder: servingOption().default('embedder'),
}

/** Options of `SimilarityCalculator`: those of `ai.similarity`, with the model itself as `embedder`. */
export type SimilarityCalculatorOptions = Alone<typeof fields, { readonly embedder?: EmbeddingServing | undefined }>

const schema = optionsSchema(fields)

/** Measures the similarity of the vectors of two columns, or of a column and a reference. */
export class SimilarityCalculator extends MapOperator {
  readonly #columns: readonly string[]
  readonly #reference: string | Vector | undefined
  readonly #metric: Metric
  readonly #output: string
  readonly #text: Once<OperatorContext, readonly Float32Array[]> | undefined

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: SimilarityCalculatorOptions) {
    super()
    const { embedder, ...given } = options
    const operator = 'SimilarityCalculator'
    const { reference, metric = 'cosine', output, prefix = '', ...compared } = parseOptions(operator, schema, given)
    if (typeof reference === 'string' && embedder === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator, reason: 'an embedder for the reference is required' })
    this.#columns = columnsOf(compared)
    this.#reference = reference
    this.#metric = metric
    this.#output = output
    this.#text =
      typeof reference === 'string' && embedder !== undefined
        ? new Once((context) => embedAll([prefix + reference], embedder, context))
        : undefined
  }

  override get columns(): ColumnEffects {
    return { reads: this.#columns, adds: { [this.#output]: 'number' } }
  }

  /** @throws MAESTRO_AI_VECTOR, MAESTRO_AI_DIMENSIONS, and for a reference text MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const [column = '', other] = this.#columns
    const vector = vectorOf(row, column)
    const compared = other === undefined ? await this.#referenceVector(context) : vectorOf(row, other)
    return { ...row, [this.#output]: similarityOf(this.#metric, vector, compared) }
  }

  async #referenceVector(context: OperatorContext): Promise<Vector> {
    if (this.#text === undefined) return this.#reference as Vector
    const [vector = new Float32Array()] = await this.#text.get(context)
    return vector
  }
}

interface Compared {
  readonly input?: string | undefined
  readonly inputs?: readonly [string, string] | undefined
}

const columnsOf = ({ input = '', inputs }: Compared): readonly string[] => inputs ?? [input]

/**
 * `ai.similarity`: measures the similarity of vectors.
 *
 * @remarks
 * Cost: A reference text is embedded once per run.
 */
export const similarity = defineOperator({
  name: 'ai.similarity',
  kind: 'map',
  description: 'Measures the similarity of a vector to another column or to a reference',
  options: fields,
  adds: { '{output}': 'number' },
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
