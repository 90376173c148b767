import {
  type ColumnEffects,
  generateObject,
  type LLMRequest,
  type LLMServing,
  MapOperator,
  type OperatorContext,
  Prompt,
  type PromptClass,
  PromptTemplate,
  type PromptVariables,
  promptRestrict,
  type Row,
  type Sampling,
  type Schema,
} from '@maestro-dataflow/core'
import { answerColumns } from './answer-columns.js'
import { aiError } from './errors.js'

/** How a generator asks and where its answers go. */
export interface PromptedGeneratorOptions extends Sampling {
  readonly serving: LLMServing
  /** What is asked; its variables are columns. */
  readonly prompt?: Prompt
  /** The short form: a system message, and a column whose text is the question. */
  readonly systemPrompt?: string
  readonly inputColumn?: string
  /** The column of the answer. @default 'generated_text', or the schema's own columns */
  readonly outputColumn?: string
  /** The answer must fit it; without `outputColumn` its properties become columns. */
  readonly schema?: Schema
}

class Generator extends MapOperator {
  static override readonly allowedPrompts: readonly PromptClass[] = [Prompt]
  readonly #options: PromptedGeneratorOptions
  readonly #prompt: Prompt

  constructor(options: PromptedGeneratorOptions) {
    super()
    this.#options = options
    this.#prompt = options.prompt ?? shortPrompt(options)
    this.validatePrompts([this.#prompt])
  }

  override get columns(): ColumnEffects {
    const { schema, outputColumn } = this.#options
    return { reads: this.#prompt.variables, adds: answerColumns(schema, outputColumn) }
  }

  async map(row: Row, context: OperatorContext): Promise<Row> {
    const {
      serving,
      schema,
      outputColumn,
      prompt: _prompt,
      systemPrompt: _system,
      inputColumn: _input,
      ...sampling
    } = this.#options
    // Prompt.format checks that every variable has a value.
    const request: LLMRequest = { ...sampling, messages: this.#prompt.messages(row as PromptVariables) }
    if (schema !== undefined) {
      const answer = await generateObject(serving, request, schema, context)
      return outputColumn === undefined ? { ...row, ...(answer as Row) } : { ...row, [outputColumn]: answer }
    }
    const { text } = await serving.generate(request, context)
    if (text.trim() === '') throw aiError('MAESTRO_AI_EMPTY_ANSWER', { serving: serving.name })
    return { ...row, [outputColumn ?? 'generated_text']: text.trim() }
  }
}

/**
 * Asks a language model about each row and puts the answer into columns.
 *
 * @example
 * await new PromptedGenerator({ serving, systemPrompt: 'Summarise in one sentence.', inputColumn: 'text', outputColumn: 'summary' }).run(storage)
 */
export const PromptedGenerator = promptRestrict(Prompt)(Generator)
export type PromptedGenerator = Generator

function shortPrompt({ systemPrompt, inputColumn }: PromptedGeneratorOptions): Prompt {
  if (inputColumn === undefined) throw aiError('MAESTRO_AI_OPTIONS', { reason: 'there is nothing to ask' })
  return new PromptTemplate(
    `{{${inputColumn}}}`,
    systemPrompt === undefined ? {} : { system: systemPrompt.replaceAll('{{', '\\{{') },
  )
}
