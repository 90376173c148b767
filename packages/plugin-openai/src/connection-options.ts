import { z } from 'zod'

const address = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
  .refine(
    (text) => URL.parse(text)?.username === '',
    'must not contain a user or a password; use `apiKey` or `headers`',
  )
  .refine((text) => !/[?#]/.test(text), 'must not contain a query or a fragment; use `query`')

/** The options with which every serving of this plugin finds its server. */
export const connectionOptions = {
  /** The model's name on the server. */
  model: z.string().min(1),
  /**
   * The API key, which servers without keys do not need.
   *
   * @default the environment variable OPENAI_API_KEY for OpenAI itself, AZURE_OPENAI_API_KEY for Azure; it is sent to
   *   no other server
   */
  apiKey: z.string().min(1).optional(),
  /** The address of a compatible server, usually with `/v1` at its end. @default 'https://api.openai.com/v1' */
  baseUrl: address
    .refine(
      (text) => !/\/(completions|responses|embeddings|audio\/transcriptions|api\/(chat|generate))\/?$/.test(text),
      'must be the address before /chat/completions, /embeddings and the like',
    )
    .optional(),
  /** A model on Azure, instead of `baseUrl`. */
  azure: z
    .strictObject({
      /** The address, such as `https://NAME.openai.azure.com`. */
      endpoint: address,
      /** @default the model's name */
      deployment: z.string().min(1).optional(),
      /** The version of the older API by deployment. @default the API v1, which has no versions */
      apiVersion: z.string().min(1).optional(),
    })
    .optional(),
  organization: z.string().optional(),
  project: z.string().optional(),
  /** Headers that are sent with every request. */
  headers: z.record(z.string(), z.string()).optional(),
  /** The query that is appended to every address. */
  query: z.record(z.string(), z.string()).optional(),
}

/** @see connectionOptions */
export type ConnectionOptions = z.infer<z.ZodObject<typeof connectionOptions>>

/** Prevents two contradictory addresses: a check for `refine`, and its message. */
export const oneAddress: [check: (options: ConnectionOptions) => boolean, fault: { path: string[]; error: string }] = [
  ({ baseUrl, azure }) => baseUrl === undefined || azure === undefined,
  { path: ['azure'], error: 'cannot be combined with `baseUrl`: the address comes from `endpoint`' },
]
