import {
  type Message,
  Prompt,
  type PromptParts,
  type PromptTemplate,
  type PromptVariables,
} from '@maestro-dataflow/core'
import { cliError } from '../errors.js'

/**
 * The prompt of the command line over the columns of a file. `{{review}}` also matches a column whose name has blanks
 * at its ends. A row in which all columns of the prompt are empty is not sent, because the model would invent an
 * answer.
 */
export class FilePrompt extends Prompt {
  readonly variables: readonly string[]
  readonly version: string
  readonly #template: PromptTemplate
  /** The column of each variable. */
  readonly #columns: ReadonlyMap<string, string>

  /** @param columns The columns of the file. */
  constructor(template: PromptTemplate, columns: readonly string[]) {
    super()
    this.#template = template
    this.#columns = new Map(template.variables.map((variable) => [variable, columnOf(variable, columns)]))
    this.variables = [...this.#columns.values()]
    this.version = template.version
  }

  format(row: PromptVariables): string {
    return this.#template.format(this.#named(row))
  }

  override messages(row: PromptVariables): readonly Message[] {
    return this.#template.messages(this.#named(row))
  }

  override get parts(): PromptParts {
    const { task, values } = this.#template.parts
    return { task, values: (row) => values(this.#named(row)) }
  }

  /** @throws MAESTRO_CLI_CELL_EMPTY */
  #named(row: PromptVariables): PromptVariables {
    if (this.variables.every((column) => isEmpty(row[column])))
      throw cliError('MAESTRO_CLI_CELL_EMPTY', { columns: this.variables })
    const named = [...this.#columns].filter(([variable, column]) => variable !== column && Object.hasOwn(row, column))
    return { ...row, ...Object.fromEntries(named.map(([variable, column]) => [variable, row[column]])) }
  }
}

/**
 * The column that a variable names: the one with exactly that name, or the only one that matches without blanks at its
 * ends.
 */
function columnOf(variable: string, columns: readonly string[]): string {
  if (columns.includes(variable)) return variable
  const [meant, ...others] = columns.filter((column) => column.trim() === variable)
  return meant !== undefined && others.length === 0 ? meant : variable
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '')
}
