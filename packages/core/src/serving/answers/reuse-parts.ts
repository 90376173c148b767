import type { CachedAnswer } from '../../contracts/response-cache.js'
import type { Fingerprint } from '../fingerprint.js'
import type { AnswerPlace, ResponseCaches } from './response-caches.js'

/** How the parts of a call are identified, stored, and requested. */
export interface PartsCall<Part, Value> {
  readonly parts: readonly Part[]
  /** Undefined if nothing may be reused. */
  readonly place: AnswerPlace | undefined
  fingerprint(part: Part): Fingerprint
  encode(value: Value): CachedAnswer
  /** Undefined for an entry that is not such a value. */
  decode(entry: CachedAnswer): Value | undefined
  /** Requests some of the parts: one value for each, in order. */
  ask(parts: readonly Part[]): Promise<readonly Value[]>
}

/**
 * A call of many parts that each have an answer of their own, such as texts and their vectors. Known parts are not
 * requested, equal parts are requested once, and parts that another call is requesting are awaited.
 */
export class PartialAnswers<Part, Value> {
  readonly #answers: ResponseCaches
  readonly #underWay = new Map<string, Promise<Value>>()

  constructor(answers: ResponseCaches) {
    this.#answers = answers
  }

  /** @returns the values in the order of the parts, and the number of parts that were requested */
  async answer(call: PartsCall<Part, Value>): Promise<{ readonly values: readonly Value[]; readonly asked: number }> {
    const { parts, place } = call
    if (place === undefined) return { values: await call.ask(parts), asked: parts.length }
    const prints = parts.map((part) => call.fingerprint(part))
    const known = new Map<string, Value>()
    const missing = new Map<string, number>()
    const elsewhere = new Map<string, Promise<Value>>()
    await Promise.all(
      prints.map(async (print, index) => {
        const entry = await this.#answers.get(place, print)
        const value = entry === undefined ? undefined : call.decode(entry)
        if (value !== undefined) known.set(print.key, value)
        else if (!missing.has(print.key)) missing.set(print.key, index)
      }),
    )
    for (const key of missing.keys()) {
      const underWay = this.#underWay.get(key)
      if (underWay === undefined) continue
      elsewhere.set(key, underWay)
      missing.delete(key)
    }
    const own = this.#ask(call, place, prints, [...missing.values()])
    const joined = await Promise.allSettled(elsewhere.values())
    for (const [key, value] of await own) known.set(key, value)
    // The other call may have been stopped while this one was not.
    const lost: number[] = []
    for (const [place, key] of [...elsewhere.keys()].entries()) {
      const outcome = joined[place]
      if (outcome?.status === 'fulfilled') known.set(key, outcome.value)
      else lost.push(prints.findIndex((print) => print.key === key))
    }
    for (const [key, value] of await this.#ask(call, place, prints, lost)) known.set(key, value)
    return { values: prints.map(({ key }) => known.get(key) as Value), asked: missing.size + lost.length }
  }

  async #ask(
    call: PartsCall<Part, Value>,
    place: AnswerPlace,
    prints: readonly Fingerprint[],
    indexes: readonly number[],
  ): Promise<ReadonlyMap<string, Value>> {
    if (indexes.length === 0) return new Map()
    const asking = call.ask(indexes.map((index) => call.parts[index] as Part))
    const keys = indexes.map((index) => (prints[index] as Fingerprint).key)
    for (const [at, key] of keys.entries()) {
      const value = asking.then((values) => values[at] as Value)
      value.catch(() => undefined)
      this.#underWay.set(key, value)
    }
    try {
      const values = await asking
      await Promise.all(
        indexes.map((index, at) =>
          this.#answers.set(place, prints[index] as Fingerprint, call.encode(values[at] as Value)),
        ),
      )
      return new Map(keys.map((key, at) => [key, values[at] as Value]))
    } finally {
      for (const key of keys) this.#underWay.delete(key)
    }
  }
}
