import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

/** A server of chat completions that answers after a while and counts the calls. Each question names its row: `row 7`. */
export async function startCountingModel(latencyMs: number) {
  /** How often each row was asked about. */
  const calls = new Map<number, number>()
  const server = createServer(async (request, response) => {
    const row = Number(/row (\d+)/.exec(Buffer.concat(await Array.fromAsync(request)).toString())?.[1])
    calls.set(row, (calls.get(row) ?? 0) + 1)
    await sleep(latencyMs)
    response.setHeader('content-type', 'application/json')
    const message = { role: 'assistant', content: `answer ${row}` }
    const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 }
    response.end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message }], usage }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls: () => [...calls.values()].reduce((sum, count) => sum + count, 0),
  }
}
