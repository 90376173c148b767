import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import { Prompt, type PromptParts, type PromptVariables } from '../contracts/prompt.js'
import type { Message } from '../contracts/serving.js'
import { contentVersion } from './content-version.js'
import {
  parseTemplate,
  renderTemplate,
  type TemplatePiece,
  templateTask,
  templateValues,
  templateVariables,
} from './template.js'

type Space = ' ' | '\n' | '\t' | '\r'
type Trim<S extends string> = S extends `${Space}${infer Rest}` | `${infer Rest}${Space}` ? Trim<Rest> : S
type Head<S extends string> = S extends `${infer First}.${string}` ? Trim<First> : S

/**
 * The variables of a template literal. For a text that is only known at run time, the type is `any`, and the plan
 * checks it.
 */
export type Variables<Template extends string> = string extends Template
  ? // biome-ignore lint/suspicious/noExplicitAny: fits any set of columns; the plan checks it
    any
  : Template extends `${infer Before}{{${infer Rest}`
    ? Before extends `${string}\\`
      ? Variables<Rest>
      : Rest extends `${infer Variable}}}${infer After}`
        ? Head<Trim<Variable>> | Variables<After>
        : never
    : never

/**
 * A prompt of one text with `{{variables}}`. It is filled in a single pass: the text of a cell is data and is never
 * expanded.
 *
 * @example
 * const ask = new PromptTemplate('Summarize in one sentence: {{text}}')
 * ask.format({ text: 'A long story {{not a variable}}' })
 */
export class PromptTemplate<Variable extends string = string> extends Prompt<Variable> {
  readonly variables: readonly Variable[]
  readonly version: string
  readonly template: string
  /** A system message before the text. It may contain variables, too. */
  readonly system: string | undefined
  readonly #pieces: readonly TemplatePiece[]
  readonly #systemPieces: readonly TemplatePiece[]

  /** @throws MAESTRO_PROMPT_TEMPLATE */
  constructor(template: string, options: { readonly system?: string; readonly version?: string } = {}) {
    super()
    this.template = template
    this.system = options.system
    this.#pieces = parseTemplate(template)
    this.#systemPieces = parseTemplate(options.system ?? '')
    this.variables = templateVariables([...this.#systemPieces, ...this.#pieces]) as readonly Variable[]
    this.version = options.version ?? contentVersion([template, options.system])
  }

  /** The text, without the system message. @throws MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE */
  override format(variables: PromptVariables<Variable>): string {
    this.assertInputs(variables)
    return renderTemplate(this.#pieces, variables)
  }

  override get parts(): PromptParts {
    const user: Message = { role: 'user', content: templateTask(this.#pieces) }
    return {
      task: this.system === undefined ? [user] : [{ role: 'system', content: templateTask(this.#systemPieces) }, user],
      values: (variables) => templateValues([...this.#systemPieces, ...this.#pieces], variables),
    }
  }

  override messages(variables: PromptVariables<Variable>): readonly Message[] {
    const user: Message = { role: 'user', content: this.format(variables) }
    if (this.system === undefined) return [user]
    return [{ role: 'system', content: renderTemplate(this.#systemPieces, variables) }, user]
  }
}
recogniseAcrossCopies(PromptTemplate, 'PromptTemplate')

/**
 * Creates a prompt from a template. Its variables are inferred from the literal, so that the editor knows them.
 *
 * @example prompt('Summarize for {{ user.name }}: {{text}}')
 */
export function prompt<const Template extends string, const System extends string = ''>(
  template: Template,
  options: { readonly system?: System; readonly version?: string } = {},
): PromptTemplate<Variables<Template> | Variables<System>> {
  return new PromptTemplate(template, options)
}
