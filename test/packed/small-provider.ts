import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the provider says to a question: a text, or a refusal with a status and a code. */
export type Reply = string | { readonly status: number; readonly code: string }

/** A provider with the API of OpenAI on this machine. */
export interface SmallProvider {
  readonly url: string
  /** The questions so far. */
  readonly asked: string[]
  reply: (question: string) => Reply
  close(): Promise<void>
}

interface Body {
  readonly messages?: readonly { readonly content: string }[]
  readonly input?: string | readonly string[]
}

export async function startSmallProvider(): Promise<SmallProvider> {
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const piece of request) text += piece
    const { messages, input } = JSON.parse(text) as Body
    response.setHeader('content-type', 'application/json')
    if (input !== undefined) {
      const data = [input].flat().map((one, index) => ({ index, embedding: [one.length, 1, 2] }))
      response.end(JSON.stringify({ model: 'small', data, usage: { prompt_tokens: 1, total_tokens: 1 } }))
      return
    }
    const question = messages?.at(-1)?.content ?? ''
    provider.asked.push(question)
    const reply = provider.reply(question)
    if (typeof reply === 'object') {
      response.statusCode = reply.status
      response.end(JSON.stringify({ error: { message: reply.code, code: reply.code, type: reply.code } }))
      return
    }
    const choices = [{ index: 0, message: { role: 'assistant', content: reply }, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 1000, completion_tokens: 1000, total_tokens: 2000 }
    response.end(JSON.stringify({ model: 'small', choices, usage }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const provider: SmallProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    reply: () => 'yes',
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return provider
}
