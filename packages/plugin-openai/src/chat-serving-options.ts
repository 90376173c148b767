import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

/** Options of `openai.chat`. */
export const openaiChatOptions = z
  .strictObject({
    ...connectionOptions,
    /** 0 takes the most likely token each time. @default the server's */
    temperature: z.number().nonnegative().optional(),
    topP: z.number().positive().max(1).optional(),
    /** OpenAI itself has no such setting; many compatible servers do. */
    topK: z.number().int().positive().optional(),
    seed: z.number().int().optional(),
    /** Texts that end the answer. */
    stop: z.array(z.string().min(1)).optional(),
    /** Tokens of an answer at most, those of reasoning included. @default the server's */
    maxTokens: z.number().int().positive().optional(),
    /** How much a reasoning model thinks: `minimal`, `low`, `medium`, `high` ... as the model knows it. */
    reasoningEffort: z.string().min(1).optional(),
    /** What the server calls `maxTokens`. @default by the host: `max_tokens` where it is not known */
    maxTokensParameter: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
    /**
     * How answers are held to a schema: by the schema itself, to JSON alone with the schema in the prompt, or by the
     * prompt alone. @default by the host: 'none' where it is not known
     */
    jsonMode: z.enum(['schema', 'object', 'none']).optional(),
    /** Take answers in pieces, so that the time-outs `firstByte` and `stall` can act. @default false */
    stream: z.boolean().optional(),
    /** How images are sent. */
    image: z
      .strictObject({
        /** Pixels of the longer side; larger images are made smaller. @default 2048 */
        maxSide: z.number().int().positive().optional(),
        /** How closely the model looks. @default the server's */
        detail: z.enum(['low', 'high', 'auto']).optional(),
      })
      .optional(),
    /** What the model can do, where its name does not tell. */
    capabilities: z
      .strictObject({
        images: z.boolean().optional(),
        audio: z.boolean().optional(),
        contextTokens: z.number().int().positive().optional(),
      })
      .optional(),
  })
  .refine(...oneAddress)

export type OpenAIChatOptions = z.infer<typeof openaiChatOptions>
