import { type Message, Prompt, PromptTemplate, type PromptVariables } from '@maestro-dataflow/core'

/** A prompt of a fixed system message and the text of one column. The column may have any name. */
export class ColumnPrompt extends Prompt {
  readonly variables: readonly string[]
  readonly version: string
  readonly #column: string
  readonly #template: PromptTemplate<'value'>

  constructor(column: string, system: string | undefined) {
    super()
    this.#column = column
    // A system message that is given as a text is not a template.
    this.#template = new PromptTemplate(
      '{{value}}',
      system === undefined ? {} : { system: system.replaceAll('{{', '\\{{') },
    )
    this.variables = [column]
    this.version = this.#template.version
  }

  override format(variables: PromptVariables): string {
    this.assertInputs(variables)
    return this.#template.format({ value: variables[this.#column] })
  }

  override messages(variables: PromptVariables): readonly Message[] {
    this.assertInputs(variables)
    return this.#template.messages({ value: variables[this.#column] })
  }
}
