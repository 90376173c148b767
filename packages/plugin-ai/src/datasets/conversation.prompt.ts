import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The role of a speaker. */
export const conversationRoles = ['user', 'assistant'] as const
/** Who speaks in a turn of a conversation. */
export type ConversationRole = (typeof conversationRoles)[number]

/** A message of a conversation in the form of training data for chat models. */
export interface ConversationMessage {
  readonly role: ConversationRole
  readonly content: string
}

const fields = fieldsOf(
  {
    /** The variable of the topic. */
    input: column(),
    /** The number of messages of a whole conversation. @default 4 */
    turns: z.number().int().positive().default(4),
    /** Descriptions of the two speakers. */
    personas: z.strictObject({ user: nameOption.optional(), assistant: nameOption.optional() }).default({}),
    /** The role whose next message is requested. @default none: the whole conversation is requested */
    role: z.enum(conversationRoles).optional(),
    /** The variable of the conversation so far. */
    history: column().optional(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.conversation.prompt`. */
export type ConversationPromptOptions = GivenOptions<typeof fields>

const words: Readonly<
  Record<
    Language,
    { whole(turns: number): string; turn(role: ConversationRole): string; who: Record<ConversationRole, string> }
  >
> = {
  en: {
    whole: (turns) =>
      `Write a conversation of exactly ${turns} messages about the topic, between a user and an assistant who take turns; the user begins. Answer with JSON.`,
    turn: (role) => `You are the ${role} of a conversation about the topic. Write your next message, and nothing else.`,
    who: { user: 'The user:', assistant: 'The assistant:' },
  },
  zh: {
    whole: (turns) => `请围绕主题写一段用户与助手的对话，正好${turns}条消息，双方轮流发言，由用户开始。以 JSON 回答。`,
    turn: (role) => `你是关于该主题的对话中的${role === 'user' ? '用户' : '助手'}。请写出你的下一条消息，不要写别的。`,
    who: { user: '用户：', assistant: '助手：' },
  },
}

/** The prompt of `ai.conversation`: a whole conversation about a topic, or the next turn of one. */
export class ConversationPrompt extends TaskPrompt {
  constructor({
    input,
    turns = 4,
    personas = {},
    role,
    history,
    language = 'en',
    instructions,
  }: ConversationPromptOptions) {
    const { whole, turn, who } = words[language]
    const about = (one: ConversationRole) => (personas[one] === undefined ? undefined : `${who[one]} ${personas[one]}`)
    super({
      task: [
        role === undefined ? whole(turns) : turn(role),
        ...(role === undefined ? conversationRoles : [role]).map(about),
        instructions,
      ],
      inputs: { topic: input, ...(history === undefined ? {} : { conversation: history }) },
      language,
    })
  }
}

/** `ai.conversation.prompt` */
export const conversationPrompt = definePrompt({
  name: 'ai.conversation.prompt',
  description: 'Asks for a conversation about a topic, or for the next message of one',
  options: fields,
  create: (given) => new ConversationPrompt(given),
})
