import { unpackLz4Block } from '../parquet/codecs.js'
import { unreadable } from '../unreadable.js'

/** Unpacks a frame of LZ4, whose blocks may copy from the blocks before. */
export function unpackLz4Frame(packed: Uint8Array, length: number): Uint8Array {
  const view = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  if (view.length < 7 || view.readUInt32LE(0) !== 0x184d2204) throw unreadable('an LZ4 frame is damaged')
  const flags = view[4] ?? 0
  const [hasBlockSum, hasSize, hasDictionary] = [(flags & 16) !== 0, (flags & 8) !== 0, (flags & 1) !== 0]
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0)
  const output = new Uint8Array(length)
  let done = 0
  for (;;) {
    if (at + 4 > view.length) throw unreadable('an LZ4 frame is cut off')
    const head = view.readUInt32LE(at)
    at += 4
    if (head === 0) break
    const size = head & 0x7fffffff
    if (at + size > view.length) throw unreadable('an LZ4 frame is cut off')
    const block = view.subarray(at, at + size)
    if (head !== size) {
      if (done + size > length) throw unreadable('an LZ4 frame is larger than it says')
      output.set(block, done)
      done += size
    } else done = unpackLz4Block(block, output, done)
    at += size + (hasBlockSum ? 4 : 0)
  }
  if (done !== length) throw unreadable('an LZ4 frame is smaller than it says')
  return output
}
