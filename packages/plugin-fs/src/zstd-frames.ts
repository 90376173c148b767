/*
 * Node's zstd stream drops the data that follows the end of a frame in the same chunk. A file of several frames (made
 * by `cat`, or by programs that compress in pieces) would silently lose rows. Chunks that end where frames end are read
 * in full. RFC 8878, section 3.1, describes the layout of frames.
 */

/** Yields the same bytes in chunks that never extend beyond the end of a frame. */
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

/** Walks over the parts of a frame. A field that must be read is first gathered, because it may span two chunks. */
class FrameWalk {
  #part: Part = 'magic'
  #small: number[] = []
  /** The number of bytes to skip before the next part. */
  #skip = 0
  #checksum = false

  /** @returns the position at which the frame ends in the chunk, or the end of the chunk */
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

  /** Whether the skipped part was the last one of a frame. If it was not, moves on to the next part. */
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
        // Bytes of another kind: the decompressor reports them.
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
        // A block of one repeated byte contains only that byte.
        const size = ((value >> 1) & 3) === 1 ? 1 : value >> 3
        this.#skip = size + (last && this.#checksum ? 4 : 0)
        if (last) this.#part = 'checksum'
      }
    }
  }
}

/** The number of header bytes that follow the descriptor: window, dictionary, and content size. */
function headerSize(descriptor: number): number {
  const single = (descriptor >> 5) & 1
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const content = [single, 2, 4, 8][descriptor >> 6] ?? 0
  return 1 - single + dictionary + content
}
