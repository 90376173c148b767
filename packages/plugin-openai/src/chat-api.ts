import { z } from 'zod'

/*
 * What is read of the server's answers, and no more: compatible servers leave out and add much.
 */

const count = z.number().nonnegative()

const usage = z.object({
  prompt_tokens: count.nullish(),
  completion_tokens: count.nullish(),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
  /** DeepSeek's name for cached tokens. */
  prompt_cache_hit_tokens: count.nullish(),
})

const logprob = z.object({ token: z.string(), logprob: z.number() })
const logprobs = z.object({
  content: z.array(logprob.extend({ top_logprobs: z.array(logprob).nullish() })).nullish(),
})

/** A text, or as some servers write it, a list of parts. */
const content = z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))])

/** An answer as a whole. */
export const chatCompletion = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: content.nullish(), refusal: z.string().nullish() }),
        logprobs: logprobs.nullish(),
      }),
    )
    .min(1),
  usage: usage.nullish(),
})

/** A piece of an answer. The last one has no choices, and the usage. */
export const chatChunk = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        delta: z.object({ content: content.nullish(), refusal: z.string().nullish() }).nullish(),
        logprobs: logprobs.nullish(),
      }),
    )
    .nullish(),
  usage: usage.nullish(),
})

/** Some servers say with status 200 that something went wrong. */
export const errorBody = z.object({
  error: z.object({
    message: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
    type: z.string().nullish(),
  }),
})

export type ChatCompletion = z.infer<typeof chatCompletion>
export type ChatChunk = z.infer<typeof chatChunk>
export type ChatUsage = z.infer<typeof usage>
export type Logprobs = z.infer<typeof logprobs>
