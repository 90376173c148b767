import { type Message, Prompt, PromptTemplate, type PromptVariables } from '@maestro-dataflow/core'

/** The text of one column as the question, whatever the column is called, after a fixed system message. */
export class ColumnPrompt extends Prompt {
  readonly variables: readonly string[]
  readonly version: string
  readonly #column: string
  readonly #template: PromptTemplate<'value'>

  constructor(column: string, system: string | undefined) {
    super()
    this.#column = column
    // A system message given as a text is no template.
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
