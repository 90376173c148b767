import { failureIn, plainText } from '@maestro-dataflow/core'

/**
 * A `fetch` that converts failures to OpenAI's form. The client reads no other form, so the messages of other servers
 * would be lost.
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

/** Undefined for a body that is not JSON or has no message; the client shows it unchanged. */
function inOneForm(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const failure = failureIn(value)
    if (failure === undefined) return undefined
    const [{ error }] = (Array.isArray(value) ? value : [value]) as [{ error?: unknown }]
    const own = typeof error === 'object' && error !== null ? error : {}
    return JSON.stringify({ error: { code: failure.code, ...own, message: failure.reason } })
  } catch (error) {
    // Data too deep to be written cannot be read by the client either.
    return error instanceof RangeError ? JSON.stringify({ error: { message: plainText(text) } }) : undefined
  }
}
