import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What becomes of the bytes on one way. */
type Flow = 'passes' | 'is swallowed' | 'trickles'

/** A network between a client and a server that the tests can cut. */
export interface CutProxy {
  readonly port: number
  /** Ends all connections, and accepts none until `mend`. */
  cut(): void
  /**
   * Passes on no bytes in these directions, and closes nothing: neither side learns of it. Connections that exist now stay
   * so after `mend`, as they do when a router has forgotten them.
   */
  swallow(...directions: readonly ('to the server' | 'to the client')[]): void
  /** How many bytes were swallowed. */
  readonly swallowed: number
  /** Passes on a few bytes at a time. */
  trickle(): void
  mend(): void
  close(): void
}

/** How many bytes trickle in 10 milliseconds. */
const trickled = 256

/** Starts a proxy to a port of this machine. */
export async function startCutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  const flows = { 'to the server': 'passes' as Flow, 'to the client': 'passes' as Flow }
  let isCut = false
  let generation = 0
  let swallowed = 0
  const server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1')
    const born = generation
    for (const end of [socket, onward]) {
      sockets.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        sockets.delete(end)
        socket.destroy()
        onward.destroy()
      })
    }
    if (isCut) {
      socket.destroy()
      return
    }
    const carry = (from: Socket, to: Socket, direction: keyof typeof flows) => {
      let isDead = false
      from.on('data', (bytes) => {
        isDead ||= flows[direction] === 'is swallowed' || (born < generation && forgotten.has(direction))
        if (isDead) {
          swallowed += bytes.length
          return
        }
        if (flows[direction] === 'passes') to.write(bytes)
        else void trickleInto(to, bytes, from)
      })
    }
    carry(socket, onward, 'to the server')
    carry(onward, socket, 'to the client')
  })
  const forgotten = new Set<keyof typeof flows>()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      endAll()
    },
    swallow(...directions) {
      for (const direction of directions) {
        flows[direction] = 'is swallowed'
        forgotten.add(direction)
      }
    },
    get swallowed() {
      return swallowed
    },
    trickle() {
      flows['to the server'] = 'trickles'
      flows['to the client'] = 'trickles'
    },
    mend() {
      isCut = false
      generation++
      flows['to the server'] = 'passes'
      flows['to the client'] = 'passes'
    },
    close() {
      endAll()
      server.close()
    },
  }
}

async function trickleInto(to: Socket, bytes: Buffer, from: Socket): Promise<void> {
  from.pause()
  for (let at = 0; at < bytes.length && !to.destroyed; at += trickled) {
    to.write(bytes.subarray(at, at + trickled))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  from.resume()
}
