import type { Column, With } from '@maestro-dataflow/core'
import type { Tone } from './shout-prompt.js'

/** Options of `shout.upper`. */
export interface UpperOptions<Row> {
  /** The column to read. */
  readonly input: Column<Row>
  /** The column to write. */
  readonly output: string
  /** Exclamation marks at the end, 0 to 10. @default 1 */
  readonly marks?: number
}

/** Options of `shout.prompt`. */
export interface ShoutPromptOptions<Row> {
  /** The column that is replied to. @default 'text' */
  readonly input?: Column<Row>
  /** @default 'happy' */
  readonly tone?: Tone
}

// Typed names for pipelines: the editor completes them, and knows the columns after each step.
declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'shout.upper': UpperOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'shout.upper': Options extends { readonly output: infer Name extends string }
      ? With<Row, Record<Name, string>>
      : never
  }
  interface PromptTypes<Row> {
    'shout.prompt': ShoutPromptOptions<Row>
  }
}
