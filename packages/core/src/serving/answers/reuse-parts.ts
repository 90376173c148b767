import type { CachedAnswer } from '../../contracts/response-cache.js'
import type { Fingerprint } from '../fingerprint.js'
import type { AnswerPlace, ResponseCaches } from './response-caches.js'
import type { Spent } from './run-answers.js'

/** How the parts of a call are identified, stored, and requested. */
export interface PartsCall<Part, Value> {
  readonly parts: readonly Part[]
  /** Undefined if nothing may be reused. */
  readonly place: AnswerPlace | undefined
  fingerprint(part: Part): Fingerprint
  encode(value: Value): CachedAnswer
  /** Undefined for an entry that is not such a value. */
  decode(entry: CachedAnswer): Value | undefined
  /** Splits parts into the lists that are requested together. @default one list */
  split?(parts: readonly Part[]): readonly (readonly Part[])[]
  /** Requests some of the parts: one value for each, in order. */
  ask(parts: readonly Part[]): Promise<readonly Value[]>
  /** What the calls took since the last time, for the record of the run. */
  spent(): Spent
}

/** The values of the parts, in order, and where they come from. */
export interface PartsAnswer<Value> {
  readonly values: readonly Value[]
  readonly from: 'provider' | 'cache' | 'resumed'
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

  async answer(call: PartsCall<Part, Value>): Promise<PartsAnswer<Value>> {
    const { parts, place } = call
    if (place === undefined) {
      const lists = await Promise.all(listsOf(call, parts).map((list) => call.ask(list)))
      return { values: lists.flat(), from: parts.length === 0 ? 'cache' : 'provider' }
    }
    let resumed = parts.length > 0
    const prints = parts.map((part) => call.fingerprint(part))
    const known = new Map<string, Value>()
    const missing = new Map<string, number>()
    const elsewhere = new Map<string, Promise<Value>>()
    await Promise.all(
      prints.map(async (print, index) => {
        const entry = await this.#answers.get(place, print)
        const value = entry === undefined ? undefined : call.decode(entry.answer)
        if (entry?.from !== 'resumed') resumed = false
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
    const values = prints.map(({ key }) => known.get(key) as Value)
    return { values, from: missing.size + lost.length > 0 ? 'provider' : resumed ? 'resumed' : 'cache' }
  }

  async #ask(
    call: PartsCall<Part, Value>,
    place: AnswerPlace,
    prints: readonly Fingerprint[],
    indexes: readonly number[],
  ): Promise<ReadonlyMap<string, Value>> {
    const lists = listsOf(
      call,
      indexes.map((index) => call.parts[index] as Part),
    )
    let start = 0
    const asked = lists.map((parts) => {
      const some = indexes.slice(start, start + parts.length).map((index) => prints[index] as Fingerprint)
      start += parts.length
      return this.#askList(call, place, some, parts)
    })
    return new Map((await Promise.all(asked)).flat())
  }

  /** Requests one list, and stores its values before they count. */
  async #askList(
    call: PartsCall<Part, Value>,
    place: AnswerPlace,
    prints: readonly Fingerprint[],
    parts: readonly Part[],
  ): Promise<readonly (readonly [string, Value])[]> {
    const asking = call.ask(parts)
    for (const [at, { key }] of prints.entries()) {
      const value = asking.then((values) => values[at] as Value)
      value.catch(() => undefined)
      this.#underWay.set(key, value)
    }
    try {
      const values = await asking
      await Promise.all(
        prints.map((print, at) => this.#answers.set(place, print, call.encode(values[at] as Value), call.spent)),
      )
      return prints.map(({ key }, at) => [key, values[at] as Value] as const)
    } finally {
      for (const { key } of prints) this.#underWay.delete(key)
    }
  }
}

function listsOf<Part, Value>({ split }: PartsCall<Part, Value>, parts: readonly Part[]): readonly (readonly Part[])[] {
  return parts.length === 0 ? [] : (split?.(parts) ?? [parts])
}
