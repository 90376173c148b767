import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

/** Options of `openai.transcription`. */
export const openaiTranscriptionOptions = z
  .strictObject({
    ...connectionOptions,
    /** The language that is spoken, such as `en`, when the call names none. @default found out by the model */
    language: z.string().min(2).optional(),
    /** Words that the model is to expect: names, abbreviations. */
    prompt: z.string().optional(),
  })
  .refine(...oneAddress)

export type OpenAITranscriptionOptions = z.infer<typeof openaiTranscriptionOptions>
