/*
 * Node's zstd stream drops what follows the end of a frame in the same chunk, so that a file of several frames (made by
 * `cat`, or by programs that pack in pieces) would lose rows without a word. Chunks that end where frames end are read
 * in full. The layout of frames is RFC 8878, section 3.1.
 */

/** The same bytes in chunks of which none goes beyond the end of a frame. */
export async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frame = new FrameWalk()
  for await (const chunk of chunks) {
    let start = 0
    while (start < chunk.length) {
      const end = frame.advance(chunk, start)
      yield chunk.subarray(start, end)
      start = end
    }
  }
}

const magic = 0xfd2fb528
const isSkippable = (found: number) => found >= 0x184d2a50 && found <= 0x184d2a5f

type Part = 'magic' | 'descriptor' | 'skippable' | 'header' | 'block' | 'checksum' | 'unknown'
const smallParts = { magic: 4, descriptor: 1, skippable: 4, block: 3 } as const

/** Walks over a frame's parts. What must be read is gathered first, as it may lie on both sides of a chunk's end. */
class FrameWalk {
  #part: Part = 'magic'
  #small: number[] = []
  /** Bytes to pass over before the next part. */
  #skip = 0
  #checksum = false

  /** @returns where the frame ends in the chunk, or the chunk's end */
  advance(chunk: Buffer, start: number): number {
    let at = start
    while (at < chunk.length) {
      if (this.#part === 'unknown') return chunk.length
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at)
        this.#skip -= step
        at += step
      } else {
        this.#small.push(chunk[at] as number)
        at++
        const part = this.#part as keyof typeof smallParts
        if (this.#small.length === smallParts[part]) this.#read(part)
      }
      if (this.#skip === 0 && this.#small.length === 0 && this.#finished()) return at
    }
    return at
  }

  /** Whether what was passed over was the last of a frame; else moves on. */
  #finished(): boolean {
    if (this.#part === 'header') this.#part = 'block'
    if (this.#part !== 'checksum') return false
    this.#part = 'magic'
    return true
  }

  #read(part: keyof typeof smallParts): void {
    const value = this.#small.reduceRight((sum, byte) => sum * 256 + byte, 0)
    this.#small = []
    switch (part) {
      case 'magic':
        // Bytes of another kind: whoever unpacks them will say so.
        this.#part = value === magic ? 'descriptor' : isSkippable(value) ? 'skippable' : 'unknown'
        return
      case 'skippable':
        this.#skip = value
        this.#part = 'checksum'
        return
      case 'descriptor':
        this.#skip = headerSize(value)
        this.#checksum = (value & 4) !== 0
        this.#part = 'header'
        return
      case 'block': {
        const last = (value & 1) === 1
        // A block of one repeated byte holds that byte alone.
        const size = ((value >> 1) & 3) === 1 ? 1 : value >> 3
        this.#skip = size + (last && this.#checksum ? 4 : 0)
        if (last) this.#part = 'checksum'
      }
    }
  }
}

/** How many bytes of the header follow its descriptor: window, dictionary, size of the content. */
function headerSize(descriptor: number): number {
  const single = (descriptor >> 5) & 1
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const content = [single, 2, 4, 8][descriptor >> 6] ?? 0
  return 1 - single + dictionary + content
}
