import {
  EnhancedLLMServing,
  generateObject,
  type LLMRequest,
  type LLMServing,
  maestroError,
  type OperatorContext,
  type PackedCallOptions,
  type Prompt,
  type PromptVariables,
  type Row,
  RowPacker,
  type Sampling,
  type Schema,
  toJsonSchema,
} from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

/** The handling of a text answer that was truncated at `maxTokens`. */
export type CutOff = 'reject' | 'keep'

/** The options of an `Asker`. */
export interface AskerOptions {
  readonly serving: LLMServing
  readonly prompt: Prompt
  /** The schema of the answers; undefined for texts. */
  readonly schema?: Schema | undefined
  readonly sampling?: Sampling
  /** @default 1 */
  readonly rowsPerCall?: number | undefined
  /** @default true */
  readonly shareAnswers?: boolean | undefined
}

/** Sends one prompt to a language model with the values of each row. */
export class Asker {
  readonly serving: EnhancedLLMServing
  readonly #prompt: Prompt
  readonly #sampling: Sampling
  readonly #packer: RowPacker | undefined
  readonly #shareAnswers: boolean

  /** @throws MAESTRO_AI_OPTIONS for a prompt that cannot ask about several rows, MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
  constructor({ serving, prompt, schema, sampling = {}, rowsPerCall = 1, shareAnswers = true }: AskerOptions) {
    this.serving = EnhancedLLMServing.of(serving)
    this.#prompt = prompt
    this.#sampling = sampling
    this.#packer = rowsPerCall === 1 ? undefined : createPacker(prompt, schema, rowsPerCall)
    this.#shareAnswers = shareAnswers
  }

  /**
   * Returns the answer's text without surrounding white space.
   *
   * @throws MAESTRO_AI_EMPTY_ANSWER, MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_*
   */
  async text(values: Row, context: OperatorContext, onCutOff: CutOff = 'reject', sample?: string): Promise<string> {
    const { name } = this.serving
    const options = { ...this.callOptions(values, context), keepCutOff: onCutOff === 'keep' }
    const result = await this.serving.generate(this.request(values, context, sample), options)
    const { text, finishReason, usage } = result
    if (finishReason === 'content-filter') throw maestroError('MAESTRO_SERVING_FILTERED', { serving: name })
    if (finishReason === 'refusal')
      throw maestroError('MAESTRO_SERVING_REFUSED', { serving: name, reason: text.slice(0, 200) })
    if (finishReason === 'length' && onCutOff === 'reject')
      throw maestroError('MAESTRO_SERVING_CUT_OFF', { serving: name, tokens: usage.outputTokens })
    const answer = text.trim()
    if (answer === '') throw aiError('MAESTRO_AI_EMPTY_ANSWER', { serving: name })
    return answer
  }

  /**
   * Returns the answer as data that matches the schema.
   *
   * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_*
   */
  data<Value>(schema: Schema<unknown, Value>, values: Row, context: OperatorContext, sample?: string): Promise<Value> {
    return generateObject(
      this.serving,
      this.request(values, context, sample),
      schema,
      this.callOptions(values, context),
    )
  }

  /** Builds the request for these values. @param sample The index among several answers to the same question. */
  request(values: Row, { rowId }: OperatorContext, sample?: string): LLMRequest {
    // The prompt itself checks that every variable has a value.
    const messages = this.#prompt.messages(values as PromptVariables)
    const { version } = this.#prompt
    const packer = this.#packer
    const own = [...(this.#shareAnswers ? [] : [rowId]), ...(sample === undefined ? [] : [sample])]
    return {
      ...this.#sampling,
      messages,
      promptVersion: packer === undefined ? version : `${version} ${packer.version}`,
      ...(own.length === 0 ? {} : { sample: own.join(' ') }),
    }
  }

  /** The settings of the request. */
  callOptions(values: Row, context: OperatorContext): PackedCallOptions {
    const texts = this.#packer && this.#prompt.parts?.values(values as PromptVariables)
    return this.#packer === undefined || texts === undefined
      ? context
      : { ...context, pack: { packer: this.#packer, values: texts } }
  }
}

/** @throws MAESTRO_AI_OPTIONS for a prompt that does not separate its task from its values */
function createPacker({ parts }: Prompt, schema: Schema | undefined, rowsPerCall: number): RowPacker {
  if (parts === undefined)
    throw aiError('MAESTRO_AI_OPTIONS', {
      operator: 'rowsPerCall',
      reason: 'this prompt cannot ask about several rows in one call',
    })
  return new RowPacker(rowsPerCall, { task: parts.task, schema: schema && toJsonSchema(schema) })
}
