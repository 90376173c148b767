import { type ColumnEffects, type Columns, MapOperator, type OperatorContext, type Row } from '@maestro-dataflow/core'
import { Asker, type AskerOptions } from './asker.js'
import { withAnswer } from './with-answer.js'

/** An operator that asks a language model about each row and puts the answer into columns. */
export abstract class AskingOperator extends MapOperator {
  protected readonly asker: Asker
  readonly #reads: readonly string[]
  readonly #adds: Columns

  /** @throws MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_AI_OPTIONS, MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
  constructor(asked: AskerOptions, adds: Columns) {
    super()
    this.validatePrompts([asked.prompt])
    this.asker = new Asker(asked)
    this.#reads = asked.prompt.variables
    this.#adds = adds
  }

  override get columns(): ColumnEffects {
    return { reads: this.#reads, adds: this.#adds }
  }

  /** @throws the errors of the request; the row is rejected with them */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    return withAnswer(row, await this.answer(row, context), this.#adds)
  }

  /** The columns of the answer. */
  protected abstract answer(row: Row, context: OperatorContext): Promise<Row>
}
