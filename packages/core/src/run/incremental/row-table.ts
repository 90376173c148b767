/** What is known about a row, by the hash of its key. */
export const rowFlags = {
  /** The last finished run has processed it. */
  known: 1,
  /** The input has it. */
  present: 2,
  /** The run processes it. */
  processed: 4,
  /** The last finished run has rejected it. */
  failed: 8,
} as const

/** The words of an entry: four of the key's hash, two of the content's hash, two of the row id's hash, and the flags. */
const words = 9
const entryBytes = words * 4

/**
 * A table from hashes of keys to hashes of contents, in 36 bytes per row. It holds no keys: two keys with one hash of 128
 * bits would be one row, which does not happen.
 */
export class RowTable {
  #slots: Uint32Array
  #capacity: number
  /** The number of entries. */
  size = 0

  constructor(expected = 1024) {
    this.#capacity = 1 << Math.ceil(Math.log2(Math.max(16, expected * 1.5)))
    this.#slots = new Uint32Array(this.#capacity * words)
  }

  /** The place of a key. @returns -1 if it is not in the table */
  find(key: Buffer): number {
    const at = this.#slotOf(key)
    return this.#isFree(at) ? -1 : at
  }

  /** Adds a key that is not in the table. @returns its place, which is valid until the next one is added */
  add(key: Buffer): number {
    if (this.size >= this.#capacity * 0.75) this.#grow()
    const at = this.#slotOf(key)
    for (let word = 0; word < 4; word++) this.#slots[at + word] = key.readUInt32LE(word * 4)
    this.size++
    return at
  }

  flagsAt(at: number): number {
    return this.#slots[at + 8] as number
  }

  setFlags(at: number, flags: number): void {
    this.#slots[at + 8] = flags
  }

  /** Whether an entry has this content. */
  hasContent(at: number, content: Buffer): boolean {
    return this.#slots[at + 4] === content.readUInt32LE(0) && this.#slots[at + 5] === content.readUInt32LE(4)
  }

  setContent(at: number, content: Buffer): void {
    this.#slots[at + 4] = content.readUInt32LE(0)
    this.#slots[at + 5] = content.readUInt32LE(4)
  }

  setId(at: number, id: Buffer): void {
    this.#slots[at + 6] = id.readUInt32LE(0)
    this.#slots[at + 7] = id.readUInt32LE(4)
  }

  /** The hash of an entry's row id, as text. */
  idAt(at: number): string {
    return idText(this.#slots[at + 6] as number, this.#slots[at + 7] as number)
  }

  /** The places of all entries. */
  *places(): Generator<number> {
    for (let at = 0; at < this.#slots.length; at += words) if (!this.#isFree(at)) yield at
  }

  /** The entries as bytes. @param flagsOf The flags of an entry; undefined leaves it out */
  toBytes(flagsOf: (at: number) => number | undefined): Buffer {
    const bytes = Buffer.alloc(this.size * entryBytes)
    let length = 0
    for (const at of this.places()) {
      const flags = flagsOf(at)
      if (flags === undefined) continue
      for (let word = 0; word < words - 1; word++)
        bytes.writeUInt32LE(this.#slots[at + word] as number, length + word * 4)
      bytes.writeUInt32LE(flags, length + 32)
      length += entryBytes
    }
    return bytes.subarray(0, length)
  }

  static fromBytes(bytes: Buffer): RowTable {
    const table = new RowTable(bytes.length / entryBytes)
    for (let start = 0; start + entryBytes <= bytes.length; start += entryBytes) {
      const at = table.add(bytes.subarray(start, start + 16))
      for (let word = 4; word < words; word++) table.#slots[at + word] = bytes.readUInt32LE(start + word * 4)
    }
    return table
  }

  #slotOf(key: Buffer): number {
    const [a, b, c, d] = [key.readUInt32LE(0), key.readUInt32LE(4), key.readUInt32LE(8), key.readUInt32LE(12)]
    for (let slot = a & (this.#capacity - 1); ; slot = (slot + 1) & (this.#capacity - 1)) {
      const at = slot * words
      const slots = this.#slots
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return at
      if (this.#isFree(at)) return at
    }
  }

  #isFree(at: number): boolean {
    const slots = this.#slots
    return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0
  }

  #grow(): void {
    const old = this.#slots
    const places = [...this.places()]
    this.#capacity *= 2
    this.#slots = new Uint32Array(this.#capacity * words)
    const key = Buffer.alloc(16)
    for (const from of places) {
      for (let word = 0; word < 4; word++) key.writeUInt32LE(old[from + word] as number, word * 4)
      this.#slots.set(old.subarray(from, from + words), this.#slotOf(key))
    }
  }
}

const idText = (a: number, b: number): string => `${a}:${b}`

/** The hash of a row id as `idAt` returns it. */
export const textOfId = (id: Buffer): string => idText(id.readUInt32LE(0), id.readUInt32LE(4))
