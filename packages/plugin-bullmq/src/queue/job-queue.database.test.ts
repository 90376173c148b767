import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { anyNamespace, servers } from '../__fixtures__/servers.js'
import { openJobWorker, openQueue } from './job-queue.js'

const job = { partition: 'p', index: 0, attempt: 1, alone: false }
const lease = 2000

/** A place of the network behind which the server is, from a moment on. */
async function startGate(url: string) {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const forward = (socket: Socket) => {
    const onward = connect(Number(port), hostname)
    for (const end of [socket, onward]) {
      sockets.add(end)
      end.on('error', () => undefined)
    }
    socket.pipe(onward).pipe(socket)
  }
  const listen = async (on: number): Promise<Server> => {
    const server = createServer(forward).listen(on, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  const first = await listen(0)
  const { port: free } = first.address() as AddressInfo
  first.close()
  const through = new URL(url)
  through.port = String(free)
  return {
    url: through.href,
    async open() {
      const server = await listen(free)
      onTestFinished(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
    },
  }
}

describe.each(servers)('jobs on $name', ({ url }) => {
  /** A queue, and workers that run its jobs. */
  function opened(run: () => Promise<void>, { at = url, workers = 1 } = {}) {
    const place = { url: at, namespace: anyNamespace(), lease }
    const queue = openQueue('jobs', place)
    const ended: (string | undefined)[] = []
    queue.onEnd((_, reason) => ended.push(reason))
    queue.onError(() => undefined)
    const all = Array.from({ length: workers }, () => openJobWorker('jobs', place, 1, run))
    for (const worker of all) worker.onError(() => undefined)
    onTestFinished(async () => {
      await Promise.all([queue.close(), ...all.map((worker) => worker.close(true))])
    })
    return { queue, ended }
  }

  test('a lease is kept where the clock is behind, and where it is set back', async () => {
    const setBack = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 2 * 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    setBack()
    let runs = 0
    const { queue, ended } = opened(
      async () => {
        runs++
        await sleep(lease / 2)
        setBack()
        await sleep(2 * lease)
      },
      { workers: 2 },
    )
    await queue.add('one', job)
    await vi.waitUntil(() => ended.length > 0, { timeout: 20_000 })
    expect({ runs, ended }).toEqual({ runs: 1, ended: [undefined] })
  })

  test('a server that is away at first is found when it comes', async () => {
    const gate = await startGate(url)
    let runs = 0
    const { queue } = opened(async () => void runs++, { at: gate.url })
    const early = queue.add('early', job).catch(() => undefined)
    await sleep(300)
    await gate.open()
    await vi.waitUntil(
      async () => {
        await Promise.race([queue.add('late', job).catch(() => undefined), sleep(1000)])
        return runs > 0
      },
      { timeout: 20_000 },
    )
    await Promise.race([early, sleep(100)])
  })
})
