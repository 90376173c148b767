import {
  type ColumnEffects,
  defineOperator,
  MapOperator,
  type OperatorContext,
  type Prompt,
  promptRestrict,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { askedWith, checkOptions, nameOption, promptOption, taskOptions } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import type { Alone } from '../asking/component-types.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import type { ConversationSettings } from './component-types.js'
import {
  type ConversationMessage,
  ConversationPrompt,
  type ConversationRole,
  conversationRoles,
} from './conversation.prompt.js'

const { rowsPerCall: _, ...asking } = taskOptions

const options = z
  .strictObject({
    input: nameOption,
    turns: z
      .number()
      .int()
      .positive()
      .multipleOf(2, 'an even number is expected: the assistant has the last word')
      .default(4),
    personas: z.strictObject({ user: nameOption.optional(), assistant: nameOption.optional() }).default({}),
    method: z.enum(['whole', 'turns']).default('whole'),
    output: nameOption.default('messages'),
    turnPrompt: promptOption.optional(),
    ...asking,
  })
  .refine(({ method, prompt }) => method === 'whole' || prompt === undefined, {
    path: ['prompt'],
    message: "with method: 'turns' it is `turnPrompt`",
  })
  .refine(({ method, turnPrompt }) => method === 'turns' || turnPrompt === undefined, {
    path: ['turnPrompt'],
    message: "it goes with method: 'turns'",
  })

type Options = z.output<typeof options>

/** Options of `ConversationGenerator`: those of `ai.conversation`, with the model itself as `serving`. */
export type ConversationGeneratorOptions = Omit<Alone<ConversationSettings>, 'rowsPerCall'> & {
  readonly turnPrompt?: Prompt | undefined
}

const promptOf = ({ prompt, input, turns, personas, language, instructions }: Options): Prompt =>
  prompt ?? new ConversationPrompt({ input, turns, personas, language, instructions })

const readsOf = (given: Options) => (given.method === 'turns' ? [given.input] : promptOf(given).variables)

/** A conversation of so many messages, in turns, none of them empty. */
function conversationOf(turns: number) {
  const message = z.strictObject({ role: z.enum(conversationRoles), content: z.string() })
  return z.strictObject({ messages: z.array(message).length(turns) }).superRefine(({ messages }, { addIssue }) => {
    for (const [index, { role, content }] of messages.entries()) {
      const expected = conversationRoles[index % 2]
      const fault = (text: string) =>
        addIssue({ code: 'custom', path: ['messages', index], message: text, input: messages })
      if (role !== expected) fault(`the ${expected} speaks here`)
      if (content.trim() === '') fault('the message is empty')
    }
  })
}

/** What a prompt for one message may name; the first message has an empty conversation before it. */
const turnVariables = ['topic', 'conversation', 'role'] as const

class Conversation extends MapOperator {
  readonly #options: Options
  readonly #schema: ReturnType<typeof conversationOf>
  readonly #whole: Asker
  readonly #turn: (role: ConversationRole, isFirst: boolean) => Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ConversationGeneratorOptions) {
    super()
    const { options: checked, serving } = checkOptions('ConversationGenerator', options, given)
    const { turns, personas, language, instructions, turnPrompt } = checked
    const prompt = promptOf(checked)
    this.validatePrompts([prompt, ...(turnPrompt === undefined ? [] : [turnPrompt])])
    this.#options = checked
    this.#schema = conversationOf(turns)
    const how = askedWith(checked)
    const asker = (history: string | undefined) => (role: ConversationRole) =>
      new Asker({
        serving,
        prompt:
          turnPrompt ?? new ConversationPrompt({ input: 'topic', personas, role, history, language, instructions }),
        ...how,
      })
    const byRole = (make: (role: ConversationRole) => Asker) => ({ user: make('user'), assistant: make('assistant') })
    const [first, next] = [byRole(asker(undefined)), byRole(asker('conversation'))]
    this.#whole = new Asker({ serving, prompt, schema: this.#schema, ...how })
    this.#turn = (role, isFirst) => (isFirst ? first : next)[role]
  }

  override get columns(): ColumnEffects {
    return { reads: readsOf(this.#options), adds: { [this.#options.output]: 'json' } }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { method, output } = this.#options
    const messages = method === 'whole' ? await this.#atOnce(row, context) : await this.#turnByTurn(row, context)
    return { ...row, [output]: messages }
  }

  async #atOnce(row: Row, context: OperatorContext): Promise<readonly ConversationMessage[]> {
    const { messages } = await this.#whole.data(this.#schema, row, context)
    return messages.map(({ role, content }) => ({ role, content: content.trim() }))
  }

  /** Each role sees what was said before, and writes one message. */
  async #turnByTurn(row: Row, context: OperatorContext): Promise<readonly ConversationMessage[]> {
    const messages: ConversationMessage[] = []
    const topic = columnText(row, this.#options.input)
    for (let turn = 0; turn < this.#options.turns; turn++) {
      const role = turn % 2 === 0 ? 'user' : 'assistant'
      const conversation = messages.map((one) => `${one.role}: ${one.content}`).join('\n')
      const asker = this.#turn(role, turn === 0)
      messages.push({ role, content: await asker.text({ topic, conversation, role }, context, 'reject', `${turn}`) })
    }
    return messages
  }
}

const prompts = promptsOf(ConversationPrompt)

/**
 * Writes a conversation about what a row says, in the form that chat models are trained with.
 *
 * @example
 * await new ConversationGenerator({ serving, input: 'topic', turns: 4, personas: { user: 'a beginner' } }).run(storage)
 */
export const ConversationGenerator = promptRestrict(...prompts)(Conversation)
export type ConversationGenerator = Conversation

/**
 * `ai.conversation`: a conversation about a topic.
 *
 * @remarks
 * Cost: One call a row; by turns one a message, each with what was said before it.
 */
export const conversation = defineOperator({
  name: 'ai.conversation',
  kind: 'map',
  description: 'Writes a conversation about a topic, at once or turn by turn',
  options,
  columns: (given: Options) => ({ reads: readsOf(given), adds: { [given.output]: 'json' } }),
  deterministic: false,
  prompts: [{ option: 'prompt', allowed: prompts }, filledPrompt('turnPrompt', prompts, turnVariables)],
  servings: ({ serving, prompt }) => [{ kind: 'llm', name: serving, capabilities: prompt?.needs ?? [] }],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new ConversationGenerator({ ...given, serving: servings.get(serving, 'llm') }),
})
