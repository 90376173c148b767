/** An answer in memory. */
export interface MemoryAnswer {
  readonly text: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly stored: number
  readonly model: string | undefined
}

/** The answers that one run used last, or those of the calls between two runs. */
interface Group {
  /** Undefined for calls outside of runs. */
  readonly run: string | undefined
  /** The later it began, the higher. */
  readonly order: number
  readonly keys: Set<string>
  /** The next ones to leave, the last one first. */
  leaving: string[]
  /** The next ones with an even key to leave, the last one first. */
  even: string[] | undefined
}

interface Place {
  readonly answer: MemoryAnswer
  readonly group: Group
}

/** Marks beyond this number per answer are forgotten, the oldest first. */
const marksPerAnswer = 2

/**
 * Bounded answers, which leave in the order of the cache on disk (see `eviction.ts` there): those of the oldest run
 * first, and within a run the one that it stored last. Answers to calls outside of runs have no such order: of them, the
 * least recently used one leaves first.
 *
 * Runs that take turns and do not fit together each keep a share of one half of the answers.
 */
export class AnswersByRun {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #places = new Map<string, Place>()
  /** The oldest one first; none of them is empty, except for the one that was just made. */
  #groups: Group[] = []
  /** When a removed answer was last wanted: the order of its group. */
  readonly #removed = new Map<string, number>()
  #bytes = 0
  #made = 0

  constructor({ maxEntries, maxBytes }: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#places.size
  }

  get bytes(): number {
    return this.#bytes
  }

  *[Symbol.iterator](): Generator<readonly [string, MemoryAnswer]> {
    for (const [key, { answer }] of this.#places) yield [key, answer]
  }

  /** Returns an answer, which belongs to this run from now on. */
  use(key: string, run: string | undefined): MemoryAnswer | undefined {
    const place = this.#places.get(key)
    if (place === undefined) return undefined
    const group = this.#groupOf(run)
    if (group.order > place.group.order || run === undefined) {
      this.#leave(key, place)
      this.#enter(key, { answer: place.answer, group })
    }
    return place.answer
  }

  /** @returns whether the answer was stored; it is not if it would displace those that its run needs first */
  add(key: string, answer: MemoryAnswer, run: string | undefined): boolean {
    this.delete(key)
    if (answer.bytes > this.#maxBytes) return false
    const group = this.#groupOf(run)
    const wanted = this.#removed.get(key)
    while (this.#places.size >= this.#maxEntries || this.#bytes + answer.bytes > this.#maxBytes) {
      const displaced = this.#displacedBy(key, group, wanted)
      if (displaced === undefined) {
        this.#mark(key, group)
        return false
      }
      const place = this.#places.get(displaced)
      if (place !== undefined) this.#mark(displaced, place.group)
      this.delete(displaced)
    }
    this.#removed.delete(key)
    this.#enter(key, { answer, group })
    return true
  }

  delete(key: string): boolean {
    const place = this.#places.get(key)
    if (place === undefined) return false
    this.#leave(key, place)
    return true
  }

  #groupOf(run: string | undefined): Group {
    const [last] = this.#groups.slice(-1)
    const known = run === undefined ? last : this.#groups.find((group) => group.run === run)
    if (known !== undefined && known.run === run) return known
    const group: Group = { run, order: ++this.#made, keys: new Set(), leaving: [], even: undefined }
    this.#groups = [...this.#groups.filter(({ keys }) => keys.size > 0), group]
    return group
  }

  #enter(key: string, place: Place): void {
    this.#places.set(key, place)
    place.group.keys.add(key)
    this.#bytes += place.answer.bytes
  }

  #leave(key: string, { answer, group }: Place): void {
    this.#places.delete(key)
    group.keys.delete(key)
    this.#bytes -= answer.bytes
  }

  #displacedBy(key: string, group: Group, wanted: number | undefined): string | undefined {
    const oldest = this.#groups.find(({ keys }) => keys.size > 0)
    if (oldest === undefined || oldest.order > group.order) return undefined
    if (oldest === group) return group.run === undefined ? group.keys.values().next().value : undefined
    if (wanted === undefined || oldest.order < wanted) return lastOf(oldest)
    return isEven(key) ? undefined : this.#lastEven(group)
  }

  #lastEven({ order }: Group): string | undefined {
    for (const group of this.#groups) {
      if (group.order >= order) return undefined
      group.even ??= [...group.keys].filter(isEven)
      const key = popKept(group.even, group)
      if (key !== undefined) return key
    }
    return undefined
  }

  #mark(key: string, { order }: Group): void {
    this.#removed.delete(key)
    this.#removed.set(key, order)
    for (const mark of this.#removed.keys()) {
      if (this.#removed.size <= marksPerAnswer * (this.#places.size + 1)) return
      this.#removed.delete(mark)
    }
  }
}

function lastOf(group: Group): string | undefined {
  const key = popKept(group.leaving, group)
  if (key !== undefined) return key
  group.leaving = [...group.keys]
  return group.leaving.pop()
}

function popKept(keys: string[], group: Group): string | undefined {
  let key = keys.pop()
  while (key !== undefined && !group.keys.has(key)) key = keys.pop()
  return key
}

/** Keys are hashes, so that this is true of half of them. */
const isEven = (key: string): boolean => (key.codePointAt(key.length - 1) ?? 0) % 2 === 0
