import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

/** The options of `openai.transcription`. */
export const openaiTranscriptionOptions = z
  .strictObject({
    ...connectionOptions,
    /** The spoken language, such as `en`, if the call does not state it. @default detected by the model */
    language: z.string().min(2).optional(),
    /** Words that the model should expect: names, abbreviations. */
    prompt: z.string().optional(),
  })
  .refine(...oneAddress)

/** The options of `openai.transcription`. */
export type OpenAITranscriptionOptions = z.infer<typeof openaiTranscriptionOptions>
