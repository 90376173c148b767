import { type Duration, duration, millisecondsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import { hostUrl } from './host-url.js'

const keepAliveExpected = "a duration, such as '10m', or 'forever' is expected"
const positive = z.number().int().positive()
const url = z.string().refine((given) => hostUrl(given) !== undefined, {
  error: 'an address such as 127.0.0.1:11434 or https://models.example.com is expected, without a user or a key',
})
const host = z.union([
  url,
  z.strictObject({
    url,
    /** The number of calls that this host processes at once. @default 4 */
    concurrency: positive.optional(),
  }),
])

/** The options that all servings of Ollama accept. */
export const ollamaModelOptions = z.strictObject({
  /** The name in `ollama list`, such as `llama3.2` or `qwen3:8b`. */
  model: z.string().min(1),
  /**
   * The address of Ollama; several hosts share the calls.
   * @default the environment variable OLLAMA_HOST, else 127.0.0.1:11434
   */
  host: z.union([host, z.array(host).min(1)]).optional(),
  /** Sent as a bearer token, for servers behind a gateway. */
  apiKey: z.string().min(1).optional(),
  /** Whether to pull a missing model. @default false */
  pull: z.boolean().optional(),
  /** The maximum tokens of prompt and answer together. @default as the model's own file states, else 4096 */
  contextTokens: positive.optional(),
  /** How long the model stays loaded after a call. @default the server's, 5 minutes */
  keepAlive: z.union([z.literal('forever'), duration({ least: 0 })], keepAliveExpected).optional(),
})

export type OllamaModelOptions = z.input<typeof ollamaModelOptions>

/** In the form of the API. */
export const keepAliveOf = (keepAlive: Duration | 'forever'): number | string =>
  keepAlive === 'forever' ? -1 : `${millisecondsOf(keepAlive)}ms`
