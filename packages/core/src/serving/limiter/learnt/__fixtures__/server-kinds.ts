import {
  always,
  atOnce,
  bucket,
  firstOnes,
  fixedWindow,
  none,
  outage,
  randomly,
  right,
  slidingWindow,
  tooLarge,
  tooSmall,
  zero,
} from './server-rules.js'
import type { ServerOptions } from './simulated-server.js'

export interface Kind {
  readonly name: string
  readonly group: 'free' | 'limit' | 'cap' | 'random' | 'first' | 'outage' | 'change' | 'shared' | 'load'
  readonly rows: number
  readonly width?: number
  /** The clients that share the account, each with its number of rows. */
  readonly clients?: number
  /** The number of calls that the omniscient client has in progress at once. */
  readonly best?: number
  readonly tokens?: { mean: number; spread: number }
  readonly server: (random: () => number) => ServerOptions
}

const s = 1000
const m = 60_000

export const kinds: Kind[] = [
  ...[20, 200, 2000].map((latencyMs): Kind => ({ name: `free, ${latencyMs} ms`, group: 'free', rows: 400, server: () => ({ latencyMs }) })),
  { name: 'free, 200 ms, 100 rows', group: 'free', rows: 100, server: () => ({ latencyMs: 200 }) },
  { name: 'at most 10 at once, 429, 100 rows', group: 'cap', rows: 100, server: () => ({ latencyMs: 200, rules: [atOnce(10)] }) },
  { name: 'bucket 50/s, 100 rows', group: 'limit', rows: 100, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s })] }) },
  { name: '5 % 429, 100 rows', group: 'random', rows: 100, server: (random) => ({ latencyMs: 200, rules: [randomly(0.05, 429, none, random)] }) },
  { name: 'free, 200 ms, 4000 rows 256 wide', group: 'free', rows: 4000, width: 256, server: () => ({ latencyMs: 200 }) },
  { name: 'free, 200 ms, 1 % stragglers x20', group: 'free', rows: 1000, server: () => ({ latencyMs: 200, stragglers: { share: 0.01, times: 20 } }) },

  { name: 'queues, 1 slot', group: 'cap', rows: 100, server: () => ({ latencyMs: 500, slots: 1 }) },
  { name: 'queues, 8 slots', group: 'cap', rows: 400, server: () => ({ latencyMs: 200, slots: 8 }) },
  { name: 'at most 10 at once, 429', group: 'cap', rows: 400, server: () => ({ latencyMs: 200, rules: [atOnce(10)] }) },
  { name: 'at most 10 at once, 429 RA 1', group: 'cap', rows: 400, server: () => ({ latencyMs: 200, rules: [atOnce(10, always(1000))] }) },
  { name: 'at most 4 at once, 503', group: 'cap', rows: 200, server: () => ({ latencyMs: 500, rules: [atOnce(4, none, 503)] }) },
  { name: 'at most 32 at once, 2 s, 429', group: 'cap', rows: 600, server: () => ({ latencyMs: 2000, rules: [atOnce(32)] }) },
  { name: 'saturates at 16', group: 'load', rows: 1000, best: 16, server: () => ({ latencyMs: 200, load: (n) => 1 + (n / 16) ** 2 }) },
  { name: 'saturates at 16, 503 beyond 40', group: 'load', rows: 1000, best: 16, server: () => ({ latencyMs: 200, load: (n) => 1 + (n / 16) ** 2, rules: [atOnce(40, none, 503)] }) },

  ...([['none', none], ['right', right], ['too small', tooSmall], ['too large', tooLarge], ['0', zero]] as const).map(
    ([name, retryAfter]): Kind => ({ name: `bucket 50/s, RA ${name}`, group: 'limit', rows: 2000, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s, retryAfter })] }) }),
  ),
  { name: 'bucket 50/s saves 5, RA none', group: 'limit', rows: 2000, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s, burst: 5 })] }) },
  { name: 'bucket 5/s saves 1, RA none', group: 'limit', rows: 400, server: () => ({ latencyMs: 200, rules: [bucket({ per: 5, ms: s, burst: 1 })] }) },
  { name: 'bucket 50/s, 5 % 429, 1 % stragglers', group: 'limit', rows: 2000, server: (random) => ({ latencyMs: 200, stragglers: { share: 0.01, times: 20 }, rules: [randomly(0.05, 429, none, random), bucket({ per: 50, ms: s })] }) },
  { name: 'bucket 50/s, 20 % 503', group: 'limit', rows: 2000, server: (random) => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s }), randomly(0.2, 503, none, random)] }) },
  { name: 'window 50/s, RA none', group: 'limit', rows: 2000, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 50, ms: s }, random() * s)] }) },
  { name: 'window 50/s, RA right', group: 'limit', rows: 2000, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 50, ms: s, retryAfter: right }, random() * s)] }) },
  { name: 'sliding 50/s, RA none', group: 'limit', rows: 2000, server: () => ({ latencyMs: 200, rules: [slidingWindow({ per: 50, ms: s })] }) },
  ...([['none', none], ['right', right]] as const).flatMap(([name, retryAfter]): Kind[] => [
    { name: `window 60/min, RA ${name}`, group: 'limit', rows: 400, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 60, ms: m, retryAfter }, random() * m)] }) },
    { name: `window 300/min, RA ${name}`, group: 'limit', rows: 1500, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 300, ms: m, retryAfter }, random() * m)] }) },
    { name: `sliding 300/min, RA ${name}`, group: 'limit', rows: 1500, server: () => ({ latencyMs: 200, rules: [slidingWindow({ per: 300, ms: m, retryAfter })] }) },
    { name: `bucket 300/min, RA ${name}`, group: 'limit', rows: 1500, server: () => ({ latencyMs: 200, rules: [bucket({ per: 300, ms: m, retryAfter })] }) },
    { name: `tokens 90k/min bucket, RA ${name}`, group: 'limit', rows: 400, tokens: { mean: 1000, spread: 0.8 }, server: () => ({ latencyMs: 1000, rules: [bucket({ per: 90_000, ms: m, unit: 'tokens', retryAfter })] }) },
    { name: `tokens 90k/min window, RA ${name}`, group: 'limit', rows: 400, tokens: { mean: 1000, spread: 0.8 }, server: (random) => ({ latencyMs: 1000, rules: [fixedWindow({ per: 90_000, ms: m, unit: 'tokens', retryAfter }, random() * m)] }) },
  ]),
  { name: 'bucket 3000/min, headers, RA right', group: 'limit', rows: 6000, server: () => ({ latencyMs: 200, rules: [bucket({ per: 3000, ms: m, retryAfter: right, headers: true })] }) },
  { name: 'window 300/min, headers, RA none', group: 'limit', rows: 1500, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 300, ms: m, headers: true }, random() * m)] }) },
  { name: 'tokens 90k/min bucket, headers, RA right', group: 'limit', rows: 400, tokens: { mean: 1000, spread: 0.8 }, server: () => ({ latencyMs: 1000, rules: [bucket({ per: 90_000, ms: m, unit: 'tokens', retryAfter: right, headers: true })] }) },

  ...[0.01, 0.05, 0.2, 0.3, 0.5].flatMap((p): Kind[] => [
    { name: `${p * 100} % 429, RA none`, group: 'random', rows: 400, server: (random) => ({ latencyMs: 200, rules: [randomly(p, 429, none, random)] }) },
    { name: `${p * 100} % 503, RA none`, group: 'random', rows: 400, server: (random) => ({ latencyMs: 200, rules: [randomly(p, 503, none, random)] }) },
    { name: `${p * 100} % 429, RA 1`, group: 'random', rows: 400, server: (random) => ({ latencyMs: 200, rules: [randomly(p, 429, always(1000), random)] }) },
  ]),
  { name: '30 % 429, RA none, 20 ms', group: 'random', rows: 400, server: (random) => ({ latencyMs: 20, rules: [randomly(0.3, 429, none, random)] }) },
  { name: '20 % 503, RA none, 2 s', group: 'random', rows: 400, server: (random) => ({ latencyMs: 2000, rules: [randomly(0.2, 503, none, random)] }) },

  ...[1, 2, 5, 20].map((count): Kind => ({ name: `first ${count} refused, RA 1`, group: 'first', rows: 400, server: () => ({ latencyMs: 20, rules: [firstOnes(count, always(1000))] }) })),
  { name: 'first 20 refused, RA none', group: 'first', rows: 400, server: () => ({ latencyMs: 20, rules: [firstOnes(20, none)] }) },

  ...[1, 5, 30, 60].flatMap((seconds): Kind[] => [
    { name: `out ${seconds} s, 503`, group: 'outage', rows: 2000, server: () => ({ latencyMs: 200, rules: [outage(1500, seconds * s, 503)] }) },
    { name: `out ${seconds} s, connection`, group: 'outage', rows: 2000, server: () => ({ latencyMs: 200, rules: [outage(1500, seconds * s, 'connection')] }) },
  ]),
  { name: 'out 5 s from the start, 503 RA 1', group: 'outage', rows: 2000, server: () => ({ latencyMs: 200, rules: [outage(0, 5 * s, 503, always(1000))] }) },

  { name: 'bucket 50/s falls to 10/s', group: 'change', rows: 1200, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s, changes: { at: 15 * s, per: 10 } })] }) },
  { name: 'bucket 10/s rises to 100/s', group: 'change', rows: 3000, server: () => ({ latencyMs: 200, rules: [bucket({ per: 10, ms: s, changes: { at: 20 * s, per: 100 } })] }) },

  { name: '2 clients, bucket 50/s, RA none', group: 'shared', rows: 1000, clients: 2, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s })] }) },
  { name: '2 clients, window 300/min, RA right', group: 'shared', rows: 750, clients: 2, server: (random) => ({ latencyMs: 200, rules: [fixedWindow({ per: 300, ms: m, retryAfter: right }, random() * m)] }) },
  { name: '4 clients, bucket 50/s, RA right', group: 'shared', rows: 500, clients: 4, server: () => ({ latencyMs: 200, rules: [bucket({ per: 50, ms: s, retryAfter: right })] }) },
]
