/**
 * The random numbers of one cell. They follow only from the seed, the column, and the position of the row, so a row
 * does not depend on earlier ones.
 */
export class CellRandom {
  #state: number

  constructor(seed: number, column: string, row: number) {
    let hash = 0x811c9dc5
    for (let at = 0; at < column.length; at++) hash = Math.imul(hash ^ column.charCodeAt(at), 0x01000193)
    this.#state = mix(mix(mix(seed | 0) ^ hash) ^ mix(row | 0) ^ Math.imul(Math.floor(row / 2 ** 32), 0x9e3779b1))
  }

  /** 32 bits (mulberry32, by Tommy Ettinger, in the public domain). */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** From 0 (included) to 1 (excluded), with 53 bits. */
  fraction(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53
  }

  /** A number of the standard normal distribution, by the method of Box and Muller (1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()))
    return radius * Math.cos(2 * Math.PI * this.fraction())
  }
}

/** Spreads each bit over all others (the end of MurmurHash3, by Austin Appleby, in the public domain). */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
