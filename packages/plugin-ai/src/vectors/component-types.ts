import type { Column, ServingName, With } from '@maestro-dataflow/core'
import type { OutputOf } from '../asking/component-types.js'

/** Options of `ai.embed`. */
export interface EmbedOptions<Row> {
  /** The column whose text is embedded. @default 'text' */
  readonly input?: Column<Row>
  /** @default 'embedding' */
  readonly output?: string
  /** The embedding model's name in the config. @default 'embedder' */
  readonly serving?: ServingName
  /** Goes before each text, for models that tell queries and passages apart: `'query: '`. */
  readonly prefix?: string
  /** Rows of one call. @default the serving's, or 64 */
  readonly batchSize?: number
}

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.embed': EmbedOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.embed': With<Row, Record<OutputOf<Options, 'embedding'>, Float32Array>>
  }
}
