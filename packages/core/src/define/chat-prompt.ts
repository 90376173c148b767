import { Prompt, type PromptParts, type PromptVariables } from '../contracts/prompt.js'
import type { Message } from '../contracts/serving.js'
import { contentVersion } from './content-version.js'
import type { Variables } from './prompt.js'
import {
  parseTemplate,
  renderTemplate,
  type TemplatePiece,
  templateTask,
  templateValues,
  templateVariables,
} from './template.js'

/** One turn of a chat prompt: a role and a template. */
export interface ChatTurn<Template extends string = string> {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: Template
}

/** A prompt of several turns, each a template: a system message, examples as user and assistant turns, the question. */
export class ChatPrompt<Variable extends string = string> extends Prompt<Variable> {
  readonly variables: readonly Variable[]
  readonly version: string
  readonly turns: readonly ChatTurn[]
  readonly #pieces: readonly (readonly TemplatePiece[])[]

  /** @throws MAESTRO_PROMPT_TEMPLATE */
  constructor(turns: readonly ChatTurn[], options: { readonly version?: string } = {}) {
    super()
    this.turns = turns
    this.#pieces = turns.map((turn) => parseTemplate(turn.content))
    this.variables = templateVariables(this.#pieces.flat()) as readonly Variable[]
    this.version = options.version ?? contentVersion(turns)
  }

  /** The turns as one text, for models and people who read no chats. */
  override format(variables: PromptVariables<Variable>): string {
    return this.messages(variables)
      .map((message) => `${message.role}: ${String(message.content)}`)
      .join('\n\n')
  }

  override get parts(): PromptParts {
    return {
      task: this.turns.map(({ role }, index) => ({ role, content: templateTask(this.#pieces[index] ?? []) })),
      values: (variables) => templateValues(this.#pieces.flat(), variables),
    }
  }

  /** The turns, filled. @throws MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE */
  override messages(variables: PromptVariables<Variable>): readonly Message[] {
    this.assertInputs(variables)
    return this.turns.map((turn, index) => ({
      role: turn.role,
      content: renderTemplate(this.#pieces[index] ?? [], variables),
    }))
  }
}

/**
 * A chat prompt; its variables are read from the literals.
 *
 * @example
 * chatPrompt([
 *   { role: 'system', content: 'You classify reviews.' },
 *   { role: 'user', content: 'Great!' },
 *   { role: 'assistant', content: 'positive' },
 *   { role: 'user', content: '{{text}}' },
 * ])
 */
export function chatPrompt<const Template extends string>(
  turns: readonly ChatTurn<Template>[],
  options: { readonly version?: string } = {},
): ChatPrompt<Variables<Template>> {
  return new ChatPrompt(turns, options)
}
