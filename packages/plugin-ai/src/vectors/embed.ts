import {
  type BatchContext,
  type ColumnEffects,
  column,
  defineOperator,
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  LOGGER,
  type Logger,
  MaestroError,
  MapBatchesOperator,
  newColumn,
  type Row,
  SERVINGS,
  servingOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'

/** The options of an `EmbeddingGenerator`. */
export interface EmbeddingGeneratorOptions {
  readonly serving: EmbeddingServing
  /** @default 'text' */
  readonly inputColumn?: string
  /** @default 'embedding' */
  readonly outputColumn?: string
  /** A prefix of each text, for models that distinguish queries and passages: `'query: '`. */
  readonly prefix?: string
  /** The number of rows in one call. @default the batch size of the serving, or 64 */
  readonly batchSize?: number
  /** Receives a warning at the end with the number of truncated texts. */
  readonly logger?: Logger
}

/**
 * Adds a column with the vector of a text. A text that exceeds the input limit of the model is truncated and counted in
 * `truncated`.
 *
 * @example
 * await new EmbeddingGenerator({ serving, inputColumn: 'text', outputColumn: 'embedding' }).run(storage)
 */
export class EmbeddingGenerator extends MapBatchesOperator {
  override readonly batchSize: number
  readonly #serving: EmbeddingServing
  readonly #options: Required<Pick<EmbeddingGeneratorOptions, 'inputColumn' | 'outputColumn' | 'prefix'>>
  readonly #logger: Logger | undefined
  #truncated = 0

  /** @throws MAESTRO_AI_OPTIONS */
  constructor({
    serving,
    inputColumn = 'text',
    outputColumn = 'embedding',
    prefix = '',
    ...more
  }: EmbeddingGeneratorOptions) {
    super()
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'EmbeddingGenerator', reason: 'a serving is required' })
    this.#serving = EnhancedEmbeddingServing.of(serving)
    this.#options = { inputColumn, outputColumn, prefix }
    this.#logger = more.logger
    this.batchSize = more.batchSize ?? serving.batchSize ?? 64
  }

  /** The number of texts that exceeded the input limit of the model. */
  get truncated(): number {
    return this.#truncated
  }

  override get columns(): ColumnEffects {
    const { inputColumn, outputColumn } = this.#options
    return { reads: [inputColumn], adds: { [outputColumn]: 'vector' } }
  }

  /**
   * @throws MAESTRO_SERVING_*; only the row itself is rejected if it has no text, with MAESTRO_AI_EMPTY_INPUT or
   * MAESTRO_PROMPT_VALUE
   */
  async mapBatches(rows: readonly Row[], context: BatchContext): Promise<readonly (Row | MaestroError)[]> {
    const { outputColumn, prefix } = this.#options
    const texts = rows.map((row) => this.#textOf(row))
    const asked = texts.filter((text) => typeof text === 'string')
    if (asked.length === 0) return texts as readonly MaestroError[]
    const { signal, step, run } = context
    const { vectors, truncated = [] } = await this.#serving.embed(
      asked.map((text) => prefix + text),
      { signal, step, run },
    )
    this.#truncated += truncated.length
    let next = 0
    return rows.map((row, index) => {
      const text = texts[index]
      return typeof text === 'string' ? { ...row, [outputColumn]: vectors[next++] } : (text as MaestroError)
    })
  }

  /** Logs the number of truncated texts once. */
  override dispose(): void {
    if (this.#truncated === 0) return
    this.#logger?.warn('texts were longer than the input limit of the embedding model and were truncated', {
      texts: this.#truncated,
      column: this.#options.inputColumn,
    })
  }

  #textOf(row: Row): string | MaestroError {
    try {
      return columnText(row, this.#options.inputColumn)
    } catch (error) {
      if (MaestroError.is(error)) return error
      throw error
    }
  }
}

/**
 * `ai.embed`: embeds texts.
 *
 * @remarks
 * Cost: Each text is embedded once, in calls of `batchSize` rows.
 */
export const embed = defineOperator({
  name: 'ai.embed',
  kind: 'mapBatches',
  description: 'Adds a column with the embedding of a text',
  options: {
    /** The column of the text. @default 'text' */
    input: column().default('text'),
    /** The column of the vector. @default 'embedding' */
    output: newColumn('embedding'),
    /** The name of the embedding model in the config. @default 'embedder' */
    embedder: servingOption().default('embedder'),
    /** A prefix of each text, for models that distinguish queries and passages: `'query: '`. */
    prefix: z.string().optional(),
    /** The number of rows in one call. @default the batch size of the serving, or 64 */
    batchSize: z.number().int().positive().optional(),
  },
  adds: { '{output}': 'vector' },
  deterministic: true,
  servings: ({ embedder }) => [{ kind: 'embedding', name: embedder }],
  inject: [SERVINGS, LOGGER],
  create: ({ embedder, input, output, prefix, batchSize }, [servings, logger]) =>
    new EmbeddingGenerator({
      serving: servings.get(embedder, 'embedding'),
      inputColumn: input,
      outputColumn: output,
      logger,
      ...(prefix === undefined ? {} : { prefix }),
      ...(batchSize === undefined ? {} : { batchSize }),
    }),
})
