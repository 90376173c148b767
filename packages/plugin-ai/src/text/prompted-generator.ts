import {
  type LLMServing,
  type OperatorContext,
  Prompt,
  type PromptClass,
  promptRestrict,
  type Row,
  type Schema,
} from '@maestro-dataflow/core'
import { answerColumns } from '../asking/answer-columns.js'
import type { CutOff } from '../asking/asker.js'
import { AskingOperator } from '../asking/asking-operator.js'
import { askedWith, type GivenSampling } from '../asking/asking-options.js'
import { toPrompt } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { ColumnPrompt } from './column-prompt.js'

/** The options of a `PromptedGenerator`. */
export interface PromptedGeneratorOptions extends GivenSampling {
  readonly serving: LLMServing
  /** The request, whose variables are columns; a text is a template. */
  readonly prompt?: Prompt | string | undefined
  /** A short form that replaces `prompt`: a column whose text is the question, and a system message. */
  readonly inputColumn?: string | undefined
  readonly systemPrompt?: string | undefined
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly outputColumn?: string | undefined
  /** The schema that the answer must match. Without `outputColumn`, its properties become the columns. */
  readonly schema?: Schema | undefined
  /** Whether to reject a text that was truncated at `maxTokens`, or to keep it. @default 'reject' */
  readonly onCutOff?: CutOff | undefined
  /** The number of rows that one call asks about; only for template prompts. @default 1 */
  readonly rowsPerCall?: number | undefined
  /** Whether rows that lead to an identical request share one answer. @default true */
  readonly shareAnswers?: boolean | undefined
}

class Generator extends AskingOperator {
  static override readonly allowedPrompts: readonly PromptClass[] = [Prompt]
  readonly #ask: (row: Row, context: OperatorContext) => Promise<Row>

  /**
   * @throws MAESTRO_AI_OPTIONS, MAESTRO_AI_SCHEMA_COLUMNS, MAESTRO_PROMPT_NOT_ALLOWED,
   * MAESTRO_SERVING_SCHEMA_UNSUPPORTED
   */
  constructor(options: PromptedGeneratorOptions) {
    const { serving, prompt: given, inputColumn, systemPrompt, outputColumn, schema, ...more } = options
    const { onCutOff, ...asked } = more
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'PromptedGenerator', reason: 'a serving is required' })
    const prompt = choosePrompt({ prompt: given, inputColumn, systemPrompt })
    super({ serving, prompt, schema, ...askedWith(asked) }, answerColumns(schema, outputColumn))
    this.#ask = async (row, context) => {
      if (schema === undefined)
        return { [outputColumn ?? 'generated_text']: await this.asker.text(row, context, onCutOff) }
      const answer = await this.asker.data(schema, row, context)
      return outputColumn === undefined ? (answer as Row) : { [outputColumn]: answer }
    }
  }

  /** @throws MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_SERVING_* */
  protected override answer(row: Row, context: OperatorContext): Promise<Row> {
    return this.#ask(row, context)
  }
}

/**
 * Asks a language model about each row and puts the answer into columns. A row is rejected if its answer is empty,
 * truncated, or does not match the schema.
 *
 * @example
 * await new PromptedGenerator({ serving, systemPrompt: 'Summarize in one sentence.', inputColumn: 'text', outputColumn: 'summary' }).run(storage)
 */
export const PromptedGenerator = promptRestrict(Prompt)(Generator)
export type PromptedGenerator = Generator

function choosePrompt({
  prompt,
  inputColumn,
  systemPrompt,
}: {
  readonly prompt: Prompt | string | undefined
  readonly inputColumn: string | undefined
  readonly systemPrompt: string | undefined
}): Prompt {
  if (prompt === undefined) {
    if (inputColumn === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', {
        operator: 'PromptedGenerator',
        reason: 'a `prompt` or an `inputColumn` is required',
      })
    return new ColumnPrompt(inputColumn, systemPrompt)
  }
  if (inputColumn !== undefined || systemPrompt !== undefined)
    throw aiError('MAESTRO_AI_OPTIONS', {
      operator: 'PromptedGenerator',
      reason: '`prompt` cannot be given together with `inputColumn` or `systemPrompt`',
    })
  return toPrompt(prompt)
}
