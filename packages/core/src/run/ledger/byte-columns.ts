/** Collects numbers and texts as bytes: numbers as variable-length integers of seven bits per byte (LEB128). */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1024)
  #length = 0

  /** @param value A whole number from 0 to 2^53 - 1. */
  integer(value: number): void {
    this.#reserve(8)
    let left = value
    while (left > 127) {
      this.#bytes[this.#length++] = (left % 128) | 128
      left = Math.floor(left / 128)
    }
    this.#bytes[this.#length++] = left
  }

  text(value: string): void {
    const bytes = Buffer.byteLength(value)
    this.integer(bytes)
    this.#reserve(bytes)
    this.#length += this.#bytes.write(value, this.#length)
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** The bytes so far. They are valid until the next call. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

/** Reads what a `ByteWriter` has collected. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The number of bytes before the next value. */
  get position(): number {
    return this.#at
  }

  integer(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++]
      // A block is checked before it is read, so that it does not end early.
      if (byte === undefined) return value
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  text(): string {
    const length = this.integer()
    return this.bytes(length).toString('utf8')
  }

  integers(count: number): readonly number[] {
    return Array.from({ length: count }, () => this.integer())
  }

  /** Passes over integers. */
  skipIntegers(count: number): void {
    let at = this.#at
    for (let left = count; left > 0 && at < this.#bytes.length; at++) if ((this.#bytes[at] as number) < 128) left--
    this.#at = at
  }

  /** Passes over texts, or over bytes that follow their number. */
  skipTexts(count: number): void {
    for (let left = count; left > 0; left--) {
      const length = this.integer()
      this.#at += length
    }
  }

  bytes(length: number): Buffer {
    const start = this.#at
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at)
  }
}
