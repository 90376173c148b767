import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ChromaVectorStore } from './chroma-vector-store.js'
import type { ChromaVectorOptions } from './options.js'

const servers: { close(): void }[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** What stands at an address instead of Chroma. */
async function standIn(status: number, body: string, seen: Record<string, unknown>[] = []): Promise<string> {
  const server = createServer((request, response) => {
    seen.push({ ...request.headers, url: request.url })
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const open = (url: string, more: Partial<ChromaVectorOptions> = {}) =>
  ChromaVectorStore.open({ url, collection: 'abc', retries: 0, ...more })

describe('an endpoint that answers, or does not', () => {
  test('a server that does not answer is an error with the address and the number of attempts', async () => {
    const url = await standIn(200, '')
    for (const server of servers.splice(0)) server.close()
    await expect(open(url, { retries: 1 })).rejects.toMatchObject({
      code: 'MAESTRO_CHROMA_UNREACHABLE',
      retryable: true,
      details: { url, tries: 2, reason: expect.stringContaining('ECONNREFUSED') },
    })
  })

  test.each<[string, number, string]>([
    ['a page', 200, '<html></html>'],
    ['another API', 404, '{"detail":"Not Found"}'],
    ['a server that says nothing of what it takes', 200, '{}'],
  ])('%s is not a Chroma server', async (_what, status, body) => {
    await expect(open(await standIn(status, body))).rejects.toMatchObject({ code: 'MAESTRO_CHROMA_OTHER' })
  })

  test.each([401, 403])(
    'a refusal (%i) is not tried again; the token goes along, and into no message',
    async (status) => {
      const seen: Record<string, unknown>[] = []
      const token = 'word'.repeat(3)
      const error = await open(await standIn(status, '', seen), { retries: 3, token }).catch((caught) => caught)
      expect(error).toMatchObject({ code: 'MAESTRO_CHROMA_ACCESS', details: { status } })
      expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(token)
      expect(seen).toMatchObject([{ 'x-chroma-token': token }])
    },
  )

  test('one that is not ready is asked again', async () => {
    const seen: Record<string, unknown>[] = []
    const url = await standIn(503, 'not yet', seen)
    await expect(open(url, { retries: 2 })).rejects.toMatchObject({ details: { reason: 'status 503', tries: 3 } })
    expect(seen).toHaveLength(3)
  })

  test('one that never answers', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push({ close: () => server.closeAllConnections() })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(open(url, { timeout: 50 })).rejects.toMatchObject({
      code: 'MAESTRO_CHROMA_UNREACHABLE',
      details: { reason: 'no answer within 50 ms' },
    })
    server.close()
  })
})
