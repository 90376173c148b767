/** A character takes at most this many bytes. */
const widest = 4

/**
 * Gathers the text of a file as bytes. Two buffers are used in turn: one is filled while the other is written. A new
 * buffer for each write would cost more than the encoding itself.
 */
export class GatheredText {
  readonly #size: number
  #buffer: Buffer | undefined
  #spare: Buffer | undefined
  #length = 0

  /** @param size The number of bytes up to which text is gathered. */
  constructor(size: number) {
    this.#size = size
  }

  /** Adds a text. @returns false if there is no room for it */
  add(text: string): boolean {
    const room = this.#size - this.#length
    if (text.length > room) return false
    this.#buffer ??= Buffer.allocUnsafeSlow(this.#size)
    const written = this.#buffer.write(text, this.#length)
    // Only whole characters are written. With room for another one, all of them are.
    if (room - written < widest && Buffer.byteLength(text) > room) return false
    this.#length += written
    return true
  }

  /** Takes the bytes out. Give them back when they are written. */
  take(): Buffer {
    const bytes = this.#buffer?.subarray(0, this.#length) ?? Buffer.alloc(0)
    if (bytes.length === 0) return bytes
    this.#buffer = this.#spare
    this.#spare = undefined
    this.#length = 0
    return bytes
  }

  /** Takes the buffer of written bytes back. Other bytes are ignored. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength === this.#size) this.#spare = Buffer.from(buffer)
  }
}
