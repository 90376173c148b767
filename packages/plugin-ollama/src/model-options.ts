import { type Duration, duration, millisecondsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import { hostUrl } from './host-url.js'

const keepAliveExpected = "a duration, such as '10m', or 'forever' is expected"
const positive = z.number().int().positive()
const url = z.string().refine((given) => hostUrl(given) !== undefined, {
  error: 'an address such as 127.0.0.1:11434 or https://models.example.com is expected, without a user or a key in it',
})
const host = z.union([
  url,
  z.strictObject({
    url,
    /** Calls that this host works on at once. @default 4 */
    concurrency: positive.optional(),
  }),
])

/** What all servings of Ollama take. */
export const ollamaModelOptions = z.strictObject({
  /** As `ollama list` names it, such as `llama3.2` or `qwen3:8b`. */
  model: z.string().min(1),
  /**
   * Where Ollama answers; several hosts share the calls.
   * @default the environment variable OLLAMA_HOST, else 127.0.0.1:11434
   */
  host: z.union([host, z.array(host).min(1)]).optional(),
  /** Sent as a bearer token, for servers behind a gateway. */
  apiKey: z.string().min(1).optional(),
  /** Pulls the model where it is missing. @default false */
  pull: z.boolean().optional(),
  /** Tokens of prompt and answer together. @default what the model's own file says, else 4096 */
  contextTokens: positive.optional(),
  /** How long the model stays loaded after a call. @default the server's, 5 minutes */
  keepAlive: z.union([z.literal('forever'), duration({ least: 0 })], keepAliveExpected).optional(),
})

export type OllamaModelOptions = z.input<typeof ollamaModelOptions>

/** As the API takes it. */
export const keepAliveOf = (keepAlive: Duration | 'forever'): number | string =>
  keepAlive === 'forever' ? -1 : `${millisecondsOf(keepAlive)}ms`
