import { AsyncLocalStorage } from 'node:async_hooks'
import { type Usage, usageIn } from '@maestro-dataflow/core'

/** The replies that the client of a model has received during one call. */
const calls = new AsyncLocalStorage<Response[]>()

/** A `fetch` that notes its replies for `withNotedReplies`. */
export function noteReplies(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const reply = await send(input, init)
    if (/json/i.test(reply.headers.get('content-type') ?? '')) calls.getStore()?.push(reply.clone())
    return reply
  }
}

/**
 * Calls a model. LangChain does not report the tokens of embeddings and of replies for which the provider's client
 * throws an error, although the provider charges them, so they are read from the replies.
 *
 * @param toError Converts what the model throws to a typed error, by what its replies say.
 * @returns the answer, and a function that reads what its replies say
 */
export async function withNotedReplies<Answer>(
  ask: () => Promise<Answer>,
  toError: (error: unknown, told: ToldByReplies) => Error,
): Promise<{ readonly answer: Answer; readonly told: () => Promise<ToldByReplies> }> {
  const replies: Response[] = []
  try {
    const answer = await calls.run(replies, ask)
    return { answer, told: () => readReplies(replies) }
  } catch (error) {
    throw toError(error, await readReplies(replies))
  }
}

/** What the replies to one call say. */
export interface ToldByReplies {
  /** Undefined if a reply does not state its tokens. */
  readonly usage?: Usage | undefined
  /** The number of their vectors. */
  readonly vectors?: number
  /** Whether a reply is not JSON, although it says so. */
  readonly isBroken?: boolean
}

async function readReplies(replies: readonly Response[]): Promise<ToldByReplies> {
  try {
    const told = await Promise.all(replies.map(async (reply): Promise<unknown> => reply.json()))
    const usages = told.map(usageIn)
    return {
      usage: usages.length === 0 ? undefined : usages.reduce((sum, usage) => sum && usage && added(sum, usage)),
      vectors: told.reduce<number>((sum, reply) => sum + vectorsIn(reply), 0),
    }
  } catch {
    return { isBroken: true }
  }
}

function vectorsIn(reply: unknown): number {
  const { data } = (reply ?? {}) as { readonly data?: unknown }
  return Array.isArray(data) ? data.length : 0
}

const added = (one: Usage, other: Usage): Usage => ({
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
})
