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
import { askedWith, checkOptions, nameOption, taskOptions } from '../asking/asking-options.js'
import type { Alone } from '../asking/component-types.js'
import { promptsOf } from '../asking/define-asking-operator.js'
import type { ConversationSettings } from './component-types.js'
import { ConversationPrompt, type ConversationRole, conversationRoles } from './conversation.prompt.js'

/** A message of a conversation, as chat models are trained with. */
export interface ConversationMessage {
  readonly role: ConversationRole
  readonly content: string
}

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
    by: z.enum(['whole', 'turns']).default('whole'),
    output: nameOption.default('messages'),
    ...asking,
  })
  .refine(({ by, prompt }) => by === 'whole' || prompt === undefined, {
    path: ['prompt'],
    message: "with by: 'turns' each role has a prompt of its own",
  })

type Options = z.output<typeof options>

/** Options of `ConversationGenerator`: those of `ai.conversation`, with the model itself as `serving`. */
export type ConversationGeneratorOptions = Omit<Alone<ConversationSettings>, 'rowsPerCall'>

const promptOf = ({ prompt, input, turns, personas, language, instructions }: Options): Prompt =>
  prompt ?? new ConversationPrompt({ input, turns, personas, language, instructions })

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

/** The column that holds what was said so far, while the next turn is asked for. */
const historyColumn = 'conversation so far'

class Conversation extends MapOperator {
  readonly #options: Options
  readonly #schema: ReturnType<typeof conversationOf>
  readonly #whole: Asker
  readonly #first: Asker
  readonly #next: Readonly<Record<ConversationRole, Asker>>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ConversationGeneratorOptions) {
    super()
    const { options: checked, serving } = checkOptions('ConversationGenerator', options, given)
    const { input, turns, personas, language, instructions } = checked
    const prompt = promptOf(checked)
    this.validatePrompts([prompt])
    this.#options = checked
    this.#schema = conversationOf(turns)
    const how = askedWith(checked)
    const turn = (role: ConversationRole, history?: string) =>
      new Asker({
        serving,
        prompt: new ConversationPrompt({ input, personas, role, history, language, instructions }),
        ...how,
      })
    this.#whole = new Asker({ serving, prompt, schema: this.#schema, ...how })
    this.#first = turn('user')
    this.#next = { user: turn('user', historyColumn), assistant: turn('assistant', historyColumn) }
  }

  override get columns(): ColumnEffects {
    return { reads: promptOf(this.#options).variables, adds: { [this.#options.output]: 'json' } }
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { by, output } = this.#options
    const messages = by === 'whole' ? await this.#atOnce(row, context) : await this.#turnByTurn(row, context)
    return { ...row, [output]: messages }
  }

  async #atOnce(row: Row, context: OperatorContext): Promise<readonly ConversationMessage[]> {
    const { messages } = await this.#whole.data(this.#schema, row, context)
    return messages.map(({ role, content }) => ({ role, content: content.trim() }))
  }

  /** Each role sees what was said before, and writes one message. */
  async #turnByTurn(row: Row, context: OperatorContext): Promise<readonly ConversationMessage[]> {
    const messages: ConversationMessage[] = []
    for (let turn = 0; turn < this.#options.turns; turn++) {
      const role = turn % 2 === 0 ? 'user' : 'assistant'
      const asker = turn === 0 ? this.#first : this.#next[role]
      const history = messages.map((one) => `${one.role}: ${one.content}`).join('\n')
      messages.push({
        role,
        content: await asker.text({ ...row, [historyColumn]: history }, context, 'reject', `${turn}`),
      })
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

/** `ai.conversation`: a conversation about a topic. */
export const conversation = defineOperator({
  name: 'ai.conversation',
  kind: 'map',
  description: 'Writes a conversation about a topic, at once or turn by turn',
  options,
  columns: (given: Options) => ({ reads: promptOf(given).variables, adds: { [given.output]: 'json' } }),
  deterministic: false,
  prompts: { option: 'prompt', allowed: prompts },
  servings: ({ serving, prompt }) => [{ kind: 'llm', name: serving, capabilities: prompt?.needs ?? [] }],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new ConversationGenerator({ ...given, serving: servings.get(serving, 'llm') }),
})
