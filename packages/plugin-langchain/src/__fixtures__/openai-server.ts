import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AskedRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: what the client sent is what the tests look into
  readonly body: any
}

/** A server whose answers a test decides: for faults, and to see what a client really sends. */
export async function serve(
  answer: (request: AskedRequest, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly asked: AskedRequest[]; close(): Promise<void> }> {
  const asked: AskedRequest[] = []
  const server: Server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { url = '', headers } = incoming
    const request = { path: url, headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null') }
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}

export function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** An answer as OpenAI's API gives it. */
export function completion(content: string, more: { finish_reason?: string; usage?: object; [field: string]: unknown } = {}) {
  const { finish_reason = 'stop', usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }, ...choice } = more
  return {
    id: 'answer',
    object: 'chat.completion',
    model: 'tiny-2026',
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', content }, ...choice }],
    usage,
  }
}
