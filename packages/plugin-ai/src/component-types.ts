import type { Column, Prompt, Sampling, Schema, ServingName, With } from '@maestro-dataflow/core'

/** Options of `ai.generate`. */
export interface GenerateOptions<Row> extends Sampling {
  /** What is asked; its variables are columns. */
  readonly prompt: Prompt<Column<Row>>
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly output?: string
  /** The answer must fit it; without `output` its properties become columns. */
  readonly schema?: Schema
  /** @default 'default' */
  readonly serving?: ServingName
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
