import type { Kind } from './server-kinds.js'
import {
  always,
  atOnce,
  bucket,
  firstOnes,
  fixedWindow,
  none,
  outage,
  type Rule,
  randomly,
  right,
  slidingWindow,
  tooSmall,
  zero,
} from './server-rules.js'
import { chance } from './virtual-clock.js'

const s = 1000
const m = 60_000

/** Creates a different server for each seed. */
export function randomKind(seed: number): Kind {
  const random = chance(seed * 48_271 + 7)
  const pick = <T>(...items: T[]): T => items[Math.floor(random() * items.length)]!
  const between = (least: number, most: number) => least * (most / least) ** random()
  const latencyMs = Math.round(between(20, 3000))
  const retryAfter = pick(none, none, right, tooSmall, zero)
  const group = pick('limit', 'limit', 'limit', 'random', 'random', 'outage', 'first', 'cap', 'change') as Kind['group']
  const p = Math.round(between(1, 40)) / 100
  const per = Math.round(between(2, 80)); const burst = pick(1, 0.2, 1) 
  const seconds = Math.round(between(1, 60)); const count = Math.round(between(1, 60))
  const slots = Math.round(between(2, 60))
  const shape = pick('bucket', 'window', 'sliding', 'minute bucket', 'minute window', 'with chance')
  const name = `#${seed} ${group} ${latencyMs} ms ${group === 'limit' ? `${shape} ${per}` : group === 'random' ? p : group === 'outage' ? seconds : group === 'first' ? count : group === 'cap' ? slots : per}`
  const limitRules = (r: () => number): Rule[] => {
    switch (shape) {
      case 'bucket': return [bucket({ per, ms: s, burst: Math.max(1, per * burst), retryAfter })]
      case 'window': return [fixedWindow({ per, ms: s, retryAfter }, r() * s)]
      case 'sliding': return [slidingWindow({ per, ms: s, retryAfter })]
      case 'minute bucket': return [bucket({ per: per * 10, ms: m, retryAfter })]
      case 'minute window': return [fixedWindow({ per: per * 10, ms: m, retryAfter }, r() * m)]
      default: return [bucket({ per, ms: s, retryAfter }), randomly(p / 2, 503, none, r)]
    }
  }
  const perSecond = shape.startsWith('minute') ? per / 6 : per
  const rows = group === 'limit' ? Math.max(200, Math.round(perSecond * 40)) : group === 'cap' ? slots * 30 : group === 'change' ? per * 40 : 1000
  return { name, group, rows, server: (r) => ({ latencyMs, rules:
    group === 'limit' ? limitRules(r)
    : group === 'random' ? [randomly(p, oneOf(r, 429, 503), retryAfter === right ? always(1000) : none, r)]
    : group === 'outage' ? [outage(latencyMs * 3, seconds * s, oneOf<503 | 'connection'>(r, 503, 'connection'), retryAfter === right ? right : none)]
    : group === 'first' ? [firstOnes(count, retryAfter === right ? always(1000) : none)]
    : group === 'cap' ? [atOnce(slots, none, oneOf(r, 429, 503))]
    : [bucket({ per, ms: s, retryAfter, changes: { at: 15 * s, per: Math.max(1, Math.round(per * (seed % 2 ? 4 : 0.25))) } })] }) }
}
const oneOf = <T>(r: () => number, a: T, b: T): T => (r() < 0.5 ? a : b)
