/** A place in a queue. */
export interface Place<Value> {
  readonly value: Value
  before: Place<Value> | undefined
  after: Place<Value> | undefined
}

/** A first-in, first-out queue from which any entry can leave. Every operation takes constant time. */
export class Queue<Value> {
  #first: Place<Value> | undefined
  #last: Place<Value> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): Value | undefined {
    return this.#first?.value
  }

  join(value: Value): Place<Value> {
    const place: Place<Value> = { value, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#size++
    return place
  }

  /** Removes and returns the first entry. */
  shift(): Value | undefined {
    const place = this.#first
    if (place !== undefined) this.leave(place)
    return place?.value
  }

  /** The first entries, in order. */
  *values(most: number): Generator<Value> {
    let place = this.#first
    for (let count = 0; place !== undefined && count < most; count++) {
      yield place.value
      place = place.after
    }
  }

  /** Removes an entry of the queue. */
  leave({ before, after }: Place<Value>): void {
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    this.#size--
  }
}
