import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type LLMRequest, MaestroError } from '@maestro-dataflow/core'
import { questionOf, scriptedServing } from '@maestro-dataflow/testkit'

const story = Array.from({ length: 40 }, (_, year) => `In year ${year} the fox met a friend.`).join(' ')

/** Answers as the suite asks: it repeats a word, or tells a story. */
const model = scriptedServing(
  (request) => /^(?:Repeat: |The word is ")([^"]*)/u.exec(questionOf(request))?.[1] ?? story,
  { capabilities: { contextTokens: 2000 } },
)

/** A server on this machine that answers like the API, until it is closed. */
export async function startApi(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as LLMRequest
    try {
      const { text, finishReason, usage } = await model.generate(body)
      const tokens = { input: usage.inputTokens, output: usage.outputTokens }
      response.end(JSON.stringify({ text, end: finishReason, tokens }))
    } catch (error) {
      const tooLong = MaestroError.is(error, 'MAESTRO_SERVING_CONTEXT_TOO_LONG')
      response.writeHead(400).end(tooLong ? 'The maximum context length of the model is exceeded.' : String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
