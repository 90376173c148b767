/** The number of different hashes: 48 bits, which a number holds exactly. */
const hashes = 2 ** 48
/** Spreads the tries of one key over the hashes. */
const stride = 0x9e3779b97f4a % hashes

/**
 * Finds the places of keys with 16 bytes each, because a run may have many millions of calls. Keys are SHA-256 in
 * hexadecimal. Two keys may share a hash, so the reader of a place must compare the key.
 */
export class KeyIndex {
  #hashes = new Float64Array(1 << 10).fill(-1)
  #places = new Float64Array(1 << 10)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param place Any number. A key that is known gets the new place. */
  set(key: string, sample: number, place: number): void {
    if (this.#size * 2 >= this.#hashes.length) this.#grow()
    const hash = hashOf(key, sample)
    const slot = this.#slotOf(hash)
    if (this.#hashes[slot] === -1) this.#size++
    this.#hashes[slot] = hash
    this.#places[slot] = place
  }

  get(key: string, sample: number): number | undefined {
    const hash = hashOf(key, sample)
    const slot = this.#slotOf(hash)
    return this.#hashes[slot] === hash ? this.#places[slot] : undefined
  }

  #slotOf(hash: number): number {
    const slots = this.#hashes.length
    let slot = hash % slots
    while (this.#hashes[slot] !== -1 && this.#hashes[slot] !== hash) slot = (slot + 1) % slots
    return slot
  }

  #grow(): void {
    const before = this.#hashes
    const places = this.#places
    this.#hashes = new Float64Array(before.length * 2).fill(-1)
    this.#places = new Float64Array(before.length * 2)
    for (let index = 0; index < before.length; index++) {
      const hash = before[index] as number
      if (hash === -1) continue
      const slot = this.#slotOf(hash)
      this.#hashes[slot] = hash
      this.#places[slot] = places[index] as number
    }
  }
}

function hashOf(key: string, sample: number): number {
  return (Number.parseInt(key.slice(0, 12), 16) + ((sample * stride) % hashes)) % hashes
}
