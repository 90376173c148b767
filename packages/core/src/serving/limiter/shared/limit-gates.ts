import { createHash, randomUUID } from 'node:crypto'
import type { SharedLimits } from '../../../contracts/shared-limits.js'
import { LimitGate } from './limit-gate.js'

/** The gates of this process to one store of shared limits. */
export class LimitGates {
  /** Identifies this process to the store. */
  readonly holder = `${process.pid}-${randomUUID()}`
  readonly #store: () => SharedLimits | undefined
  /** Called when the store goes away. */
  readonly away: (error: unknown) => void
  readonly #gates = new Map<string, LimitGate>()

  /** @param store Creates the store when it is first needed. */
  constructor(store: () => SharedLimits | undefined, away: (error: unknown) => void = () => undefined) {
    this.#store = store
    this.away = away
  }

  /** The store; undefined if each process keeps to limits of its own. */
  get store(): SharedLimits | undefined {
    return this.#store()
  }

  /** The gate of a model of an account; undefined without a store, or for a serving without an account. */
  of(account: string | undefined, model: string): LimitGate | undefined {
    const store = account === undefined ? undefined : this.store
    if (store === undefined) return undefined
    const key = JSON.stringify([account, model])
    const known = this.#gates.get(key)
    if (known !== undefined) return known
    const hash = createHash('sha256')
      .update(account ?? '')
      .digest('hex')
      .slice(0, 32)
    const place = { account: hash, model }
    const gate = new LimitGate({ store, place, holder: this.holder, away: this.away })
    this.#gates.set(key, gate)
    return gate
  }

  /** Waits until the store has been told of all calls that have ended. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#gates.values()].map((gate) => gate.settled()))
  }
}
