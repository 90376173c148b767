import { duration } from '@maestro-dataflow/core'
import { z } from 'zod'
import { connectionOptions, oneAddress } from './connection-options.js'

/** The options of `openai.chat`. */
export const openaiChatOptions = z
  .strictObject({
    ...connectionOptions,
    /** 0 always chooses the most likely token. @default the server's */
    temperature: z.number().nonnegative().optional(),
    topP: z.number().positive().max(1).optional(),
    /** OpenAI itself has no such setting; many compatible servers do. */
    topK: z.number().int().positive().optional(),
    seed: z.number().int().optional(),
    /** Texts that end the answer. */
    stop: z.array(z.string().min(1)).optional(),
    /** The maximum tokens of an answer, including reasoning. @default the server's */
    maxTokens: z.number().int().positive().optional(),
    /** How much a reasoning model reasons: `minimal`, `low`, `medium`, `high` ..., as the model supports it. */
    reasoningEffort: z.string().min(1).optional(),
    /** The server's name of `maxTokens`. @default by the host: `max_tokens` for an unknown one */
    maxTokensParameter: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
    /**
     * The service tier. `flex` costs less and is slower; a request that is refused or that takes longer than
     * `flexTimeout` is sent again in the standard tier. @default the setting of the account
     */
    tier: z.enum(['auto', 'standard', 'flex', 'priority']).optional(),
    /** How long a request in the tier `flex` may take: at most half of the time-out of an attempt. @default '5m' */
    flexTimeout: duration().optional(),
    /**
     * How long OpenAI keeps the start of a prompt in its prefix cache. Both cost the same. @default the setting of the
     * account
     */
    promptCacheRetention: z.enum(['in_memory', '24h']).optional(),
    /**
     * How answers are made to match a schema: by the schema itself, by JSON mode with the schema in the prompt, or by
     * the prompt alone. @default by the host: 'none' for an unknown one
     */
    jsonMode: z.enum(['schema', 'object', 'none']).optional(),
    /** Whether to stream answers, so that the time-outs `firstByte` and `stall` can take effect. @default false */
    stream: z.boolean().optional(),
    /** How images are sent. */
    image: z
      .strictObject({
        /** The maximum pixels of the longer side; larger images are reduced. @default 2048 */
        maxSide: z.number().int().positive().optional(),
        /** The level of detail at which the model reads images. @default the server's */
        detail: z.enum(['low', 'high', 'auto']).optional(),
      })
      .optional(),
    /** The capabilities of the model, if its name does not imply them. */
    capabilities: z
      .strictObject({
        images: z.boolean().optional(),
        audio: z.boolean().optional(),
        contextTokens: z.number().int().positive().optional(),
      })
      .optional(),
  })
  .refine(...oneAddress)

/** The options of `openai.chat`. */
export type OpenAIChatOptions = z.input<typeof openaiChatOptions>
