import type { OperatorContext, Row } from '@maestro-dataflow/core'
import type { AskerOptions, CutOff } from './asker.js'
import { AskingOperator } from './asking-operator.js'

/** The options for the column of a text answer. */
export interface TextAnswerOptions {
  readonly output: string
  readonly onCutOff?: CutOff | undefined
}

/** An operator whose answers are texts in one column. */
export class TextAskingOperator extends AskingOperator {
  readonly #answer: TextAnswerOptions

  /** @throws MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_AI_OPTIONS */
  constructor(asked: AskerOptions, answer: TextAnswerOptions) {
    super(asked, { [answer.output]: 'string' })
    this.#answer = answer
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output, onCutOff } = this.#answer
    return { [output]: await this.asker.text(row, context, onCutOff) }
  }
}
