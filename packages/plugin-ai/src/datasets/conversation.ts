import {
  type ColumnEffects,
  column,
  defineOperator,
  fieldsOf,
  MapOperator,
  newColumn,
  type OperatorContext,
  type OutputOf,
  objectOption,
  optionsSchema,
  type Prompt,
  promptOption,
  promptRestrict,
  type Refinement,
  type Row,
  typed,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import {
  AskingOptions,
  askedWith,
  nameOption,
  SharingOptions,
  WordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import {
  type ConversationMessage,
  ConversationPrompt,
  type ConversationRole,
  conversationRoles,
} from './conversation.prompt.js'

const prompts = promptsOf(ConversationPrompt)

/** Descriptions of the speakers. */
class Personas {
  /** The user: `a beginner`. */
  user = nameOption.optional()
  /** The assistant: `a patient teacher`. */
  assistant = nameOption.optional()
}

const fields = fieldsOf(
  {
    /** The column of the topic. */
    input: column(),
    /** The number of messages. It is even, because the user begins and the assistant ends. @default 4 */
    turns: z
      .number()
      .int()
      .positive()
      .multipleOf(2, 'an even number is expected, because the assistant writes the last message')
      .default(4),
    /** Descriptions of the speakers: `{ user: 'a beginner', assistant: 'a patient teacher' }`. */
    personas: objectOption(Personas).default({}),
    /**
     * `whole` asks for the conversation in one answer; `turns` asks for one message at a time, with the conversation so
     * far.
     *
     * @default 'whole'
     */
    method: z.enum(['whole', 'turns']).default('whole'),
    /** The column of the messages: a list of `{ role, content }`. @default 'messages' */
    output: newColumn('messages'),
    /** A prompt that replaces the operator's own, with `method: 'whole'`. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
    /**
     * A prompt that replaces the operator's own, with `method: 'turns'`. Its variables are `topic`, `conversation` (so
     * far), and `role`.
     */
    turnPrompt: promptOption({
      allowed: prompts,
      variables: ['topic', 'conversation', 'role'],
      overRow: false,
    }).optional(),
  },
  WordsOptions,
  AskingOptions,
  SharingOptions,
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ method, prompt, turnPrompt }, { addIssue }) => {
  const add = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message, input: method })
  if (method === 'turns' && prompt !== undefined) add('prompt', "use `turnPrompt` with method: 'turns'")
  if (method === 'whole' && turnPrompt !== undefined) add('turnPrompt', "it requires method: 'turns'")
}

const schema = optionsSchema(fields, refine)

/** Options of `ConversationGenerator`: those of `ai.conversation`, with the model itself as `serving`. */
export type ConversationGeneratorOptions = Alone<typeof fields>

const promptOf = ({ prompt, input, turns, personas, language, instructions }: Options): Prompt =>
  prompt ?? new ConversationPrompt({ input, turns, personas, language, instructions })

const readsOf = (given: Options) => (given.method === 'turns' ? [given.input] : promptOf(given).variables)

/** The schema of a conversation with this number of messages, which alternate and are not empty. */
function conversationOf(turns: number) {
  const message = z.strictObject({ role: z.enum(conversationRoles), content: z.string() })
  return z.strictObject({ messages: z.array(message).length(turns) }).superRefine(({ messages }, { addIssue }) => {
    for (const [index, { role, content }] of messages.entries()) {
      const expected = conversationRoles[index % 2]
      const fault = (text: string) =>
        addIssue({ code: 'custom', path: ['messages', index], message: text, input: messages })
      if (role !== expected) fault(`the role ${expected} is expected here`)
      if (content.trim() === '') fault('the message is empty')
    }
  })
}

class Conversation extends MapOperator {
  readonly #options: Options
  readonly #schema: ReturnType<typeof conversationOf>
  readonly #whole: Asker
  readonly #turn: (role: ConversationRole, isFirst: boolean) => Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ConversationGeneratorOptions) {
    super()
    const { options: checked, serving } = checkOptions('ConversationGenerator', schema, given)
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

  /** Each role sees the earlier messages and writes the next one. */
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

/**
 * Generates a conversation about the topic of a row, in the form of training data for chat models.
 *
 * @example
 * await new ConversationGenerator({ serving, input: 'topic', turns: 4, personas: { user: 'a beginner' } }).run(storage)
 */
export const ConversationGenerator = promptRestrict(...prompts)(Conversation)
export type ConversationGenerator = Conversation

/**
 * `ai.conversation`: generates a conversation about a topic.
 *
 * @remarks
 * Cost: One call per row; with `method: 'turns'`, one call per message, which includes the messages before it.
 */
export const conversation = defineOperator({
  name: 'ai.conversation',
  kind: 'map',
  description: 'Generates a conversation about a topic, in one call or turn by turn',
  options: fields,
  refine,
  adds: { '{output}': typed<readonly ConversationMessage[]>('json') },
  ...asksModel,
  create: (given, [servings]) => new ConversationGenerator(withServing(given, servings)),
})
