import { column, definePrompt, PromptTemplate } from '@maestro-dataflow/core'
import { z } from 'zod'

/** How a shouted reply sounds. */
export type Tone = 'happy' | 'angry'

const tones = {
  happy: 'You are overjoyed. Reply to the message in one short sentence.',
  angry: 'You are furious. Reply to the message in one short sentence.',
} as const

/** Asks for a reply to a column in a tone. Its version follows from its wording, since it is a template. */
export class ShoutPrompt extends PromptTemplate {
  constructor({ input = 'text', tone = 'happy' }: { readonly input?: string; readonly tone?: Tone } = {}) {
    super(`{{${input}}}`, { system: tones[tone] })
  }
}

/** `shout.prompt`, picked in a pipeline by `prompt: { use: 'shout.prompt', tone: 'angry' }`. */
export const shoutPrompt = definePrompt({
  name: 'shout.prompt',
  description: 'Asks for a short reply in a loud tone',
  options: {
    /** The column that is replied to. @default 'text' */
    input: column().default('text'),
    /** @default 'happy' */
    tone: z.enum(['happy', 'angry']).default('happy'),
  },
  create: (options) => new ShoutPrompt(options),
})
