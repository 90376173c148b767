import { failureIn } from '@maestro-dataflow/core'

/**
 * A `fetch` whose failures are of OpenAI's form: the client reads nothing else, and the words of servers that write
 * them otherwise would be lost.
 */
export function withReadableFailures(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init)
    if (response.status < 400) return response
    const text = await response.text()
    const { status, statusText, headers } = response
    return new Response(inOneForm(text) ?? text, { status, statusText, headers })
  }
}

/** Undefined for what is no JSON or says nothing; the client shows that as it is. */
function inOneForm(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const failure = failureIn(value)
    if (failure === undefined) return undefined
    const [{ error }] = (Array.isArray(value) ? value : [value]) as [{ error?: unknown }]
    const own = typeof error === 'object' && error !== null ? error : {}
    return JSON.stringify({ error: { code: failure.code, ...own, message: failure.reason } })
  } catch {
    return undefined
  }
}
