import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** Who speaks. */
export const conversationRoles = ['user', 'assistant'] as const
export type ConversationRole = (typeof conversationRoles)[number]

/** A message of a conversation, as chat models are trained with. */
export interface ConversationMessage {
  readonly role: ConversationRole
  readonly content: string
}

const options = z.strictObject({
  input: nameOption,
  turns: z.number().int().positive().default(4),
  personas: z.strictObject({ user: nameOption.optional(), assistant: nameOption.optional() }).default({}),
  /** The role whose next turn is asked for; without it the whole conversation is. */
  role: z.enum(conversationRoles).optional(),
  /** The column of what was said so far. */
  history: nameOption.optional(),
  ...wordsOptions,
})

export type ConversationPromptOptions = z.input<typeof options>

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
  options,
  create: (given) => new ConversationPrompt(given),
})
