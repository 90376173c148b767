import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, request as undiciRequest } from 'undici'
import { expect, test, vi } from 'vitest'
import { readText } from './read-body.js'
import { sendHttp } from './send-http.js'

test('a reply may take longer than the five minutes after which undici gives up', async () => {
  // Before any request: undici keeps one timer for all of them.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let answer: (() => void) | undefined
  let served = Promise.withResolvers<void>()
  const server = createServer((_, response) => {
    answer = () => response.end('at last')
    served.resolve()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const afterTenMinutes = async (ask: () => Promise<unknown>) => {
    served = Promise.withResolvers()
    const outcome = ask().catch((error) => error.code)
    await served.promise
    await vi.advanceTimersByTimeAsync(600_000)
    answer?.()
    return outcome
  }
  expect(await afterTenMinutes(() => undiciRequest(url, { dispatcher: new Agent() }))).toBe('UND_ERR_HEADERS_TIMEOUT')
  expect(await afterTenMinutes(() => sendHttp(url).then((reply) => readText(reply)))).toBe('at last')
  server.closeAllConnections()
  server.close()
})
