import { type Gate, work } from './simulated-clients.js'
import type { Kind } from './server-kinds.js'
import { type Row, Server } from './simulated-server.js'
import { Clock, chance, normal } from './virtual-clock.js'

export interface RunResult {
  ms: number
  lost: number
  sent: number
  refused: number
  /** The slowest client's time divided by the fastest client's time. */
  fairness: number
}

const longestMs = 3_600_000

/** @param gateOf Creates a gate for each client. */
export function simulate(kind: Kind, seed: number, gateOf: (clock: Clock, server: Server, random: () => number) => Gate): RunResult {
  const clock = new Clock()
  const ofServer = chance(seed * 7919 + 1)
  const ofRows = chance(seed * 104_729 + 2)
  const ofGate = chance(seed * 1_299_709 + 3)
  const serverOptions = kind.server(ofServer)
  const server = new Server(clock, serverOptions, chance(seed * 15_485_863 + 4))
  const { spread = 0.5, stragglers } = serverOptions
  const rowOf = (): Row => {
    const slow = stragglers !== undefined && ofRows() < stragglers.share ? stragglers.times : 1
    const tokens = kind.tokens === undefined ? 0 : Math.max(1, Math.round(kind.tokens.mean * Math.exp(kind.tokens.spread * normal(ofRows) - kind.tokens.spread ** 2 / 2)))
    return { slowness: slow * Math.exp(spread * normal(ofRows)), tokens }
  }
  const clients = Array.from({ length: kind.clients ?? 1 }, () =>
    work(clock, server, gateOf(clock, server, ofGate), Array.from({ length: kind.rows }, rowOf), kind.width ?? 64),
  )
  while (clients.some(({ left }) => left() > 0) && clock.now < longestMs) {
    if (!clock.step()) break
  }
  const unfinished = clients.reduce((sum, { left }) => sum + left(), 0)
  const times = clients.map(({ result, left }) => (left() > 0 ? longestMs : result.doneAt))
  return {
    ms: Math.max(...times),
    lost: unfinished + clients.reduce((sum, { result }) => sum + result.lost, 0),
    sent: clients.reduce((sum, { result }) => sum + result.sent, 0),
    refused: server.refused,
    fairness: Math.max(...times) / Math.min(...times),
  }
}
