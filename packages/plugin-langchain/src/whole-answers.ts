import { AsyncLocalStorage } from 'node:async_hooks'
import { isStream, joinedStream, withTolerance } from '@maestro-dataflow/core'

/** Set during the calls of models whose server only streams. */
const streamed = new AsyncLocalStorage<true>()

/** Calls a model whose server only streams. */
export const withStreams = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => streamed.run(true, ask)

/**
 * A `fetch` that asks for a stream within `withStreams`, and gives the client the whole answer. LangChain reads these
 * better: it loses the reasoning, the refusal, and the failures of streams.
 */
export function joinStreams(send: typeof fetch): typeof fetch {
  const joined = withTolerance(async (input, init) => whole(await send(input, init)))
  return (input, init) =>
    streamed.getStore() === true && typeof init?.body === 'string'
      ? joined(input, { ...init, body: streaming(init.body) })
      : send(input, init)
}

function streaming(body: string): string {
  const request: object = JSON.parse(body)
  return JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } })
}

async function whole(reply: Response): Promise<Response> {
  if (reply.status !== 200) return reply
  const text = await reply.text()
  const headers = new Headers(reply.headers)
  for (const name of ['content-length', 'content-encoding']) headers.delete(name)
  headers.set('content-type', 'application/json')
  return new Response(isStream(text) ? written(joinedStream(text)) : text, { headers })
}

/** An answer that broke off stays what it is for those who read it: JSON that breaks off. */
const written = (reply: unknown): string => (reply === undefined ? '{' : JSON.stringify(reply))
