import type { Call } from './call-log.js'

export type LimitKind = 'rate' | 'concurrency'

const concurrencyCalls = 20
const rateCalls = { least: 12, most: 64 }
/** The number of refusals that a useless limit would cause while it is tried: twice as many where chance is doubted. */
const proof = { usual: 8, doubted: 16 }
/** The number and the share of refused calls at which a limit of the concurrency is given up at once. */
const hopeless = { refused: 3, share: 0.5 }
const enough = 0.8

/** A limit is believed if keeping it prevents at least half of the refusals that chance does not explain. */
export class Trial {
  readonly kind: LimitKind
  /** The previous limit. */
  readonly before: number
  /** The share of calls that were refused before it. */
  readonly share: number
  /** Whether it examines refusals that seemed to happen by chance. */
  readonly doubtsChance: boolean
  readonly #calls: number
  readonly #bound: number
  #from: number
  #refused = 0
  #ended = 0

  /** @param usual The share of calls that are refused by chance; undefined if chance is what is doubted. */
  constructor(
    kind: LimitKind,
    { share, usual, before, sent }: { share: number; usual: number | undefined; before: number; sent: number },
  ) {
    const explained = Math.min(usual ?? 0, share)
    this.kind = kind
    this.before = before
    this.share = share
    this.doubtsChance = usual === undefined
    this.#from = sent
    const refusals = this.doubtsChance ? proof.doubted : proof.usual
    if (kind === 'concurrency') {
      this.#calls = concurrencyCalls
      this.#bound = explained * concurrencyCalls + 1
    } else {
      this.#calls = Math.min(rateCalls.most, Math.max(rateCalls.least, Math.ceil(refusals / share)))
      this.#bound = (explained + (share - explained) / 2) * this.#calls
    }
  }

  get calls(): number {
    return this.#calls
  }

  get refusedShare(): number {
    return this.#refused / this.#calls
  }

  /** Reports that a call has ended. */
  end({ id, state }: Call): void {
    if (id <= this.#from || id > this.#from + this.#calls) return
    this.#ended++
    if (state === 'refused') this.#refused++
  }

  /** A closed provider reveals nothing about limits. */
  pause(): void {
    this.#from = Number.POSITIVE_INFINITY
  }

  /** Restarts with the next call. */
  restart(sent: number): void {
    this.#from = sent
    this.#refused = 0
    this.#ended = 0
  }

  /** @param sent The total number of calls that were sent. */
  verdict(sent: number): 'refuted' | 'confirmed' | undefined {
    const isHopeless =
      this.kind === 'concurrency' &&
      this.#refused >= hopeless.refused &&
      this.#refused >= (sent - this.#from) * hopeless.share
    if (this.#refused > this.#bound || isHopeless) return 'refuted'
    return this.#ended >= enough * this.#calls ? 'confirmed' : undefined
  }
}
