import { estimateTokens, tolerantFetch, withTolerance } from '@maestro-dataflow/core'
import { noteReplies } from './noted-replies.js'
import { joinStreams } from './whole-answers.js'

type Options = Readonly<Record<string, unknown>>

/** The option of a package's classes that holds the options of the provider's client. */
const clientOptions: Readonly<Record<string, string>> = {
  '@langchain/openai': 'configuration',
  '@langchain/deepseek': 'configuration',
  '@langchain/xai': 'configuration',
  '@langchain/anthropic': 'clientOptions',
}

/**
 * The options of a class whose calls go through the HTTP sender of the project, which honours the proxy settings and
 * passes on the words of servers. Classes of other packages have no such option.
 */
export function withOwnFetch(from: string, options: Options): Options {
  const name = Object.hasOwn(clientOptions, from) ? clientOptions[from] : undefined
  if (name === undefined) return options
  return { ...options, [name]: { fetch: ownFetch, ...(options[name] as object | undefined) } }
}

/** Sends the calls of all models, and notes their replies. */
const ownFetch = noteReplies(joinStreams(tolerantFetch))

/** Where a model keeps the options from which it creates the provider's client at its first call. */
const clientFields = ['clientConfig', 'clientOptions'] as const

interface ClientOptions {
  readonly fetch?: typeof fetch
  /** What the sender of Node reads, such as a dispatcher. Ours does not know it. */
  readonly fetchOptions?: unknown
}

/**
 * Lets a model that was created in code send its calls as `withOwnFetch` does. A `fetch` or a client that the model has
 * already is kept, and only its replies are amended.
 */
export function withTolerantClient<Model extends object>(model: Model): Model {
  // The class of OpenAI is made of two, one for each API.
  for (const part of [model, Reflect.get(model, 'completions'), Reflect.get(model, 'responses')])
    if (isObject(part)) {
      setTolerantFetch(part)
      countHere(part)
    }
  return model
}

/** LangChain estimates the tokens of streamed answers with a table that it fetches from the internet. Nothing reads them. */
function countHere(part: object): void {
  if (typeof Reflect.get(part, 'getNumTokens') !== 'function') return
  Reflect.set(part, 'getNumTokens', async (content: unknown) =>
    estimateTokens(typeof content === 'string' ? content : JSON.stringify(content)),
  )
}

function setTolerantFetch(part: object): void {
  for (const field of clientFields) {
    const options: unknown = Reflect.get(part, field)
    if (isObject(options)) Reflect.set(part, field, { ...options, fetch: tolerantOf(options) })
  }
  const client: unknown = Reflect.get(part, 'client')
  if (!isObject(client)) return
  const send: unknown = Reflect.get(client, 'fetch')
  if (isFetch(send)) Reflect.set(client, 'fetch', tolerantOf({ fetch: send }))
}

function tolerantOf({ fetch: own, fetchOptions }: ClientOptions): typeof fetch {
  if (own === ownFetch) return ownFetch
  if (own === undefined && fetchOptions === undefined) return ownFetch
  return noteReplies(joinStreams(withTolerance(own ?? fetch)))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isFetch = (value: unknown): value is typeof fetch => typeof value === 'function'
