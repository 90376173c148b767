import { column, definePrompt, PromptTemplate } from '@maestro-dataflow/core'
import { z } from 'zod'

const tones = {
  friendly: 'You are friendly. Reply to the message in one short sentence.',
  formal: 'You are formal. Reply to the message in one short sentence.',
} as const

/** Asks for a reply to a column in a tone. Its version follows from its wording, because it is a template. */
export class ReplyPrompt extends PromptTemplate {
  constructor({ input, tone }: { readonly input: string; readonly tone: keyof typeof tones }) {
    super(`{{${input}}}`, { system: tones[tone] })
  }
}

/** `acme.reply`, which a pipeline selects by `prompt: { use: 'acme.reply', tone: 'formal' }`. */
export const replyPrompt = definePrompt({
  name: 'acme.reply',
  description: 'Asks for a short reply to a text',
  options: {
    /** The column with the message. @default 'text' */
    input: column().default('text'),
    /** @default 'friendly' */
    tone: z.enum(['friendly', 'formal']).default('friendly'),
  },
  create: (options) => new ReplyPrompt(options),
})
