import {
  type ColumnEffects,
  type Columns,
  generateObject,
  type LLMRequest,
  type LLMServing,
  MapOperator,
  maestroError,
  type OperatorContext,
  Prompt,
  type PromptClass,
  type PromptVariables,
  promptRestrict,
  type Row,
  type Sampling,
  type Schema,
} from '@maestro-dataflow/core'
import { answerColumns } from './answer-columns.js'
import { ColumnPrompt } from './column-prompt.js'
import type { CutOff } from './component-types.js'
import { aiError } from './errors.js'

/** How a generator asks and where its answers go. */
export interface PromptedGeneratorOptions extends Sampling {
  readonly serving: LLMServing
  /** What is asked; its variables are columns. */
  readonly prompt?: Prompt
  /** The short form instead of `prompt`: a column whose text is the question, and a system message before it. */
  readonly inputColumn?: string
  readonly systemPrompt?: string
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly outputColumn?: string
  /** The answer must fit it; without `outputColumn` its properties become columns, and only those. */
  readonly schema?: Schema
  /** What happens to a text that was cut off at `maxTokens`. @default 'reject' */
  readonly onCutOff?: CutOff
}

class Generator extends MapOperator {
  static override readonly allowedPrompts: readonly PromptClass[] = [Prompt]
  readonly #prompt: Prompt
  readonly #adds: Columns
  readonly #answer: (request: LLMRequest, context: OperatorContext) => Promise<Row>
  readonly #sampling: Sampling

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_AI_SCHEMA_COLUMNS, MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
  constructor(options: PromptedGeneratorOptions) {
    super()
    const { serving, prompt, inputColumn, systemPrompt, outputColumn, schema, onCutOff, ...sampling } = options
    if (serving === undefined) throw aiError('MAESTRO_AI_OPTIONS', { reason: 'there is no serving to ask' })
    this.#prompt = choosePrompt({ prompt, inputColumn, systemPrompt })
    this.validatePrompts([this.#prompt])
    this.#adds = answerColumns(schema, outputColumn)
    this.#sampling = sampling
    this.#answer =
      schema === undefined
        ? async (request, context) => ({
            [outputColumn ?? 'generated_text']: await generateText(serving, request, onCutOff ?? 'reject', context),
          })
        : async (request, context) => {
            const answer = await generateObject(serving, request, schema, context)
            return outputColumn === undefined ? (answer as Row) : { [outputColumn]: answer }
          }
  }

  override get columns(): ColumnEffects {
    return { reads: this.#prompt.variables, adds: this.#adds }
  }

  /** @throws MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_SERVING_*: the row is rejected with it */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    // A prompt checks by itself that every variable has a value.
    const messages = this.#prompt.messages(row as PromptVariables)
    return withAnswer(row, await this.#answer({ ...this.#sampling, messages }, context), this.#adds)
  }
}

/**
 * Asks a language model about each row and puts the answer into columns. A row that gets no proper answer is rejected:
 * an empty one, one that was cut off, one that does not fit the schema.
 *
 * @example
 * await new PromptedGenerator({ serving, systemPrompt: 'Summarise in one sentence.', inputColumn: 'text', outputColumn: 'summary' }).run(storage)
 */
export const PromptedGenerator = promptRestrict(Prompt)(Generator)
export type PromptedGenerator = Generator

function choosePrompt({
  prompt,
  inputColumn,
  systemPrompt,
}: {
  readonly prompt: Prompt | undefined
  readonly inputColumn: string | undefined
  readonly systemPrompt: string | undefined
}): Prompt {
  if (prompt === undefined) {
    if (inputColumn === undefined) throw aiError('MAESTRO_AI_OPTIONS', { reason: 'there is nothing to ask' })
    return new ColumnPrompt(inputColumn, systemPrompt)
  }
  if (inputColumn !== undefined || systemPrompt !== undefined)
    throw aiError('MAESTRO_AI_OPTIONS', { reason: '`prompt` stands beside `inputColumn` or `systemPrompt`' })
  return prompt
}

/** The answer's text without the white space around it. */
async function generateText(
  serving: LLMServing,
  request: LLMRequest,
  onCutOff: CutOff,
  context: OperatorContext,
): Promise<string> {
  const { text, finishReason, usage } = await serving.generate(request, context)
  if (finishReason === 'content-filter') throw maestroError('MAESTRO_SERVING_FILTERED', { serving: serving.name })
  if (finishReason === 'length' && onCutOff === 'reject')
    throw maestroError('MAESTRO_SERVING_CUT_OFF', { serving: serving.name, tokens: usage.outputTokens })
  const answer = text.trim()
  if (answer === '') throw aiError('MAESTRO_AI_EMPTY_ANSWER', { serving: serving.name })
  return answer
}

/**
 * The row with the declared columns of an answer and no others: a model that adds a property of its own must not reach
 * another column, and where the answer leaves one out, the row's old value is not the answer.
 */
function withAnswer(row: Row, answer: Row, columns: Columns): Row {
  const kept = Object.entries(row).filter(([name]) => !Object.hasOwn(columns, name) || Object.hasOwn(answer, name))
  return Object.fromEntries([...kept, ...Object.entries(answer).filter(([name]) => Object.hasOwn(columns, name))])
}
