/** A server-sent event. */
interface Event {
  readonly data: string
  readonly id?: string | undefined
}

/**
 * Removes events that a server or a proxy sends again, such as after a connection behind it broke. An event is known by
 * its id and its data. Ids that do not tell events apart, because they are all the same or belong to several data,
 * remove nothing.
 */
export class ReplayedEvents {
  readonly #dataOf = new Map<string, string>()
  /** Events that may be repetitions: the ids so far are all the same. */
  readonly #held: string[] = []
  #tellsApart = true

  /** @returns the data that are new */
  without({ data, id }: Event): readonly string[] {
    if (id === undefined || id === '' || !this.#tellsApart) return [...this.rest(), data]
    const known = this.#dataOf.get(id)
    if (known === undefined) {
      this.#dataOf.set(id, data)
      // A second id proves that ids tell events apart.
      this.#held.length = 0
      return [data]
    }
    if (known !== data) {
      this.#tellsApart = false
      return [...this.rest(), data]
    }
    if (this.#dataOf.size === 1) this.#held.push(data)
    return []
  }

  /** What turns out to be no repetition when the stream ends. */
  rest(): readonly string[] {
    return this.#held.splice(0)
  }
}
