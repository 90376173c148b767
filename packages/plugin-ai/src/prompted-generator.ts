import {
  type ColumnEffects,
  type Columns,
  EnhancedLLMServing,
  generateObject,
  type LLMRequest,
  type LLMServing,
  MapOperator,
  maestroError,
  type OperatorContext,
  type PackedCallOptions,
  Prompt,
  type PromptClass,
  type PromptVariables,
  promptRestrict,
  type Row,
  RowPacker,
  type Sampling,
  type Schema,
  toJsonSchema,
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
  /** How many rows are asked about in one call; only for prompts that are templates. @default 1 */
  readonly rowsPerCall?: number
  /** Whether rows that ask the very same share one answer. @default true */
  readonly shareAnswers?: boolean
}

class Generator extends MapOperator {
  static override readonly allowedPrompts: readonly PromptClass[] = [Prompt]
  readonly #prompt: Prompt
  readonly #adds: Columns
  readonly #answer: (request: LLMRequest, options: PackedCallOptions) => Promise<Row>
  readonly #sampling: Sampling
  readonly #packer: RowPacker | undefined
  readonly #shareAnswers: boolean

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_AI_SCHEMA_COLUMNS, MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
  constructor(options: PromptedGeneratorOptions) {
    super()
    const { serving: given, prompt, inputColumn, systemPrompt, outputColumn, schema, ...more } = options
    const { onCutOff = 'reject', rowsPerCall = 1, shareAnswers = true, ...sampling } = more
    if (given === undefined) throw aiError('MAESTRO_AI_OPTIONS', { reason: 'there is no serving to ask' })
    const serving = EnhancedLLMServing.of(given)
    this.#prompt = choosePrompt({ prompt, inputColumn, systemPrompt })
    this.validatePrompts([this.#prompt])
    this.#adds = answerColumns(schema, outputColumn)
    this.#sampling = sampling
    this.#shareAnswers = shareAnswers
    this.#packer = rowsPerCall === 1 ? undefined : createPacker(this.#prompt, schema, rowsPerCall)
    this.#answer =
      schema === undefined
        ? async (request, options) => ({
            [outputColumn ?? 'generated_text']: await generateText(serving, request, onCutOff, options),
          })
        : async (request, options) => {
            const answer = await generateObject(serving, request, schema, options)
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
    const { version } = this.#prompt
    const packer = this.#packer
    const request: LLMRequest = {
      ...this.#sampling,
      messages,
      promptVersion: packer === undefined ? version : `${version} ${packer.version}`,
      ...(this.#shareAnswers ? {} : { sample: context.rowId }),
    }
    const values = packer && this.#prompt.parts?.values(row as PromptVariables)
    const pack = packer === undefined || values === undefined ? {} : { pack: { packer, values } }
    return withAnswer(row, await this.#answer(request, { ...context, ...pack }), this.#adds)
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

/** @throws MAESTRO_AI_OPTIONS for a prompt whose task and values are not apart */
function createPacker({ parts }: Prompt, schema: Schema | undefined, rowsPerCall: number): RowPacker {
  if (parts === undefined)
    throw aiError('MAESTRO_AI_OPTIONS', { reason: 'this prompt cannot ask about several rows in one call' })
  return new RowPacker(rowsPerCall, { task: parts.task, schema: schema && toJsonSchema(schema) })
}

/** The answer's text without the white space around it. */
async function generateText(
  serving: EnhancedLLMServing,
  request: LLMRequest,
  onCutOff: CutOff,
  options: PackedCallOptions,
): Promise<string> {
  const { text, finishReason, usage } = await serving.generate(request, { ...options, keepCutOff: onCutOff === 'keep' })
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
