import { z } from 'zod'

/*
 * Describes only the parts of the server's answers that are read, because compatible servers omit and add much. Nothing
 * besides the answer itself can make a reply unreadable.
 */

/** Some servers send the text alone. */
const message = z.union([z.looseObject({}), z.string()])

/** One of the answers, complete or a piece of it. */
export const chatChoice = z.object({
  index: z.unknown().optional(),
  finish_reason: z.unknown().optional(),
  /** The reason of the server behind a gateway. */
  native_finish_reason: z.unknown().optional(),
  /** Some servers have the reason here alone. */
  stop_reason: z.unknown().optional(),
  message: message.nullish(),
  delta: message.nullish(),
  /** Where servers of the older API put the answer. */
  text: z.unknown().optional(),
  logprobs: z.unknown().optional(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
})

/** A complete answer. */
export const chatCompletion = z.looseObject({
  model: z.unknown().optional(),
  choices: z.array(chatChoice).nullish(),
  usage: z.unknown().optional(),
  /** The tier that the request was processed in. */
  service_tier: z.unknown().optional(),
  /** The software that serves the model; only Ollama's value is used. */
  system_fingerprint: z.unknown().optional(),
})

/** A piece of an answer. The last one has no choices, but the usage. */
export const chatChunk = z.looseObject({
  model: z.unknown().optional(),
  choices: z.array(chatChoice).nullish(),
  usage: z.unknown().optional(),
})

const logprob = z.object({ token: z.string(), logprob: z.number() })
export const tokenLogprobs = z.object({
  content: z.array(logprob.extend({ top_logprobs: z.array(logprob).nullish() })),
})

export type ChatChoice = z.infer<typeof chatChoice>
export type ChatCompletion = z.infer<typeof chatCompletion>
