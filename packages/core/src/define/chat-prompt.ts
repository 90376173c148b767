import { recogniseAcrossCopies } from '../contracts/across-copies.js'
import { Prompt, type PromptParts, type PromptVariables } from '../contracts/prompt.js'
import type { ContentPart, Message } from '../contracts/serving.js'
import { nameOf } from '../media/media-access.js'
import { contentVersion } from './content-version.js'
import type { Variables } from './prompt.js'
import { templateValues } from './template.js'
import { type ChatPart, TurnContent } from './turn-content.js'

/** One turn of a chat prompt: a role, and a template or several parts. */
export interface ChatTurn<Template extends string = string> {
  readonly role: Message['role']
  readonly content: Template | readonly ChatPart<Template>[]
}

/**
 * A prompt of several turns, each of them a template: a system message, examples as user and assistant turns, and the
 * question.
 */
export class ChatPrompt<Variable extends string = string> extends Prompt<Variable> {
  readonly variables: readonly Variable[]
  readonly version: string
  readonly turns: readonly ChatTurn[]
  readonly #contents: readonly { readonly role: Message['role']; readonly content: TurnContent }[]

  /** @throws MAESTRO_PROMPT_TEMPLATE */
  constructor(turns: readonly ChatTurn[], options: { readonly version?: string | undefined } = {}) {
    super()
    this.turns = turns
    this.#contents = turns.map(({ role, content }) => ({ role, content: new TurnContent(content) }))
    const names = this.#contents.flatMap(({ content }) => content.variables)
    this.variables = [...new Set(names)] as readonly string[] as readonly Variable[]
    this.version = options.version ?? contentVersion(turns)
  }

  /** The turns as one text, for models without chats and for display. Media are shown as their locations. */
  override format(variables: PromptVariables<Variable>): string {
    return this.messages(variables)
      .map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : content.map(asText).join('\n')}`)
      .join('\n\n')
  }

  /** Media cannot be separated from the task as texts can. */
  override get parts(): PromptParts | undefined {
    if (this.#contents.some(({ content }) => content.mediaTypes.length > 0)) return undefined
    return {
      task: this.#contents.map(({ role, content }) => ({ role, content: content.task })),
      values: (variables) =>
        templateValues(
          this.#contents.flatMap(({ content }) => content.pieces),
          variables,
        ),
    }
  }

  override get needs(): readonly ('images' | 'audio')[] {
    const types = this.#contents.flatMap(({ content }) => content.mediaTypes)
    return [
      ...(types.includes('image') ? (['images'] as const) : []),
      ...(types.includes('audio') ? (['audio'] as const) : []),
    ]
  }

  /** Fills the turns. @throws MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE, MAESTRO_PROMPT_MEDIA */
  override messages(variables: PromptVariables<Variable>): readonly Message[] {
    this.assertInputs(variables)
    return this.#contents.map(({ role, content }) => ({ role, content: content.render(variables) }))
  }
}
recogniseAcrossCopies(ChatPrompt, 'ChatPrompt')

const asText = (part: ContentPart): string => (part.type === 'text' ? part.text : `[${part.type} ${nameOf(part.data)}]`)

/**
 * Creates a chat prompt. Its variables are inferred from the literals.
 *
 * @example
 * chatPrompt([
 *   { role: 'system', content: 'You classify reviews.' },
 *   { role: 'user', content: 'Great!' },
 *   { role: 'assistant', content: 'positive' },
 *   { role: 'user', content: '{{text}}' },
 * ])
 *
 * @example With an image whose path, address or bytes are in the column `photo`.
 * chatPrompt([{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', from: '{{photo}}' }] }])
 */
export function chatPrompt<const Template extends string>(
  turns: readonly ChatTurn<Template>[],
  options: { readonly version?: string } = {},
): ChatPrompt<Variables<Template>> {
  return new ChatPrompt(turns, options)
}
