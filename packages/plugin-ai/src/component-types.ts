import type { Column, Prompt, PromptReference, Sampling, Schema, ServingName, With } from '@maestro-dataflow/core'

/** What happens to a text answer that reached `maxTokens` before its end. */
export type CutOff = 'reject' | 'keep'

/** Options of `ai.generate`. */
export interface GenerateOptions<Row> extends Sampling {
  /**
   * What is asked; its variables are columns. A template or a chat, or a class that a plugin contributes, picked by
   * name: `{ use: 'shout.prompt', ... }`. In YAML and JSON a text alone is a template, a list of turns a chat, and
   * `{ system, examples, user }` a prompt with examples.
   */
  readonly prompt: Prompt<Column<Row>> | PromptReference<Row>
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly output?: string
  /**
   * The answer must fit it; without `output` its properties become columns, and only those. In YAML and JSON it is a
   * JSON Schema.
   */
  readonly schema?: Schema
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /**
   * What happens to a text that was cut off at `maxTokens`: its row is rejected, or what there is of it is kept. An
   * answer with a `schema` is always rejected, since half of it is no data.
   *
   * @default 'reject'
   */
  readonly onCutOff?: CutOff
  /**
   * How many rows are asked about in one call. It saves calls and the tokens of the instructions; answers of small
   * models get worse. Rows that get no proper answer together are asked alone.
   *
   * @default 1
   */
  readonly rowsPerCall?: number
  /**
   * Whether rows that ask the very same share one answer. With `false` each row is asked for itself: what a dataset that
   * is made from one prompt needs, at a temperature above 0.
   *
   * @default true
   */
  readonly shareAnswers?: boolean
}

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.generate': GenerateOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.generate': Options extends { readonly schema: Schema<infer _Input, infer Answer> }
      ? Options extends { readonly output: infer Name extends string }
        ? With<Row, Record<Name, Answer>>
        : With<Row, Answer>
      : Options extends { readonly output: infer Name extends string }
        ? With<Row, Record<Name, string>>
        : With<Row, { generated_text: string }>
  }
}
