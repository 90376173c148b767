import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** The bytes before a payload: its length and its CRC32, both unsigned 32-bit little-endian. */
const headBytes = 8
const chunkBytes = 1 << 18

/** A payload in a file of frames. */
export interface Frame {
  readonly payload: Buffer
  /** The position of its frame in the file. */
  readonly offset: number
}

/** A payload with its length and checksum. A payload is never empty: a zeroed stretch of a file must not be a frame. */
export function encodeFrame(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + payload.length)
  frame.writeUInt32LE(payload.length, 0)
  frame.writeUInt32LE(crc32(payload), 4)
  frame.set(payload, headBytes)
  return frame
}

/**
 * Reads the frames of a file, up to the first one that is incomplete or damaged. What follows a damaged frame is not
 * read, because its position is unknown.
 */
export function* readFrames(path: string): Generator<Frame> {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    let held: Buffer = Buffer.alloc(0)
    let offset = 0
    const fill = (bytes: number): boolean => {
      if (held.length >= bytes) return true
      const chunk = Buffer.allocUnsafe(Math.max(chunkBytes, bytes))
      let filled = held.copy(chunk)
      while (filled < bytes) {
        const read = readSync(file, chunk, filled, chunk.length - filled, offset + filled)
        if (read === 0) return false
        filled += read
      }
      held = chunk.subarray(0, filled)
      return true
    }
    while (fill(headBytes)) {
      const length = held.readUInt32LE(0)
      if (length === 0 || offset + headBytes + length > size || !fill(headBytes + length)) return
      const payload = held.subarray(headBytes, headBytes + length)
      if (crc32(payload) !== held.readUInt32LE(4)) return
      yield { payload, offset }
      offset += headBytes + length
      held = held.subarray(headBytes + length)
    }
  } finally {
    closeSync(file)
  }
}

/** A frame of which the beginning was read. It is valid until the next one. */
export interface FrameStart {
  /** The first bytes of the payload, at least this number if it has them. They are not checked. */
  start(bytes: number): Buffer
  /** The whole payload; undefined if it is damaged. */
  whole(): Buffer | undefined
}

const startBytes = 1 << 14

/** Passes through the frames of a file and reads only their beginnings, to find the few that are to be read. */
export function* scanFrames(path: string): Generator<FrameStart> {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const buffer = Buffer.allocUnsafe(headBytes + startBytes)
    let offset = 0
    while (offset + headBytes < size) {
      const place = offset
      const read = readSync(file, buffer, 0, buffer.length, place)
      const length = read < headBytes ? 0 : buffer.readUInt32LE(0)
      if (length === 0 || place + headBytes + length > size) return
      yield {
        start(bytes) {
          const wanted = Math.min(bytes, length)
          if (headBytes + wanted <= read) return buffer.subarray(headBytes, Math.min(read, headBytes + length))
          const longer = Buffer.allocUnsafe(wanted)
          return longer.subarray(0, readSync(file, longer, 0, wanted, place + headBytes))
        },
        whole: () => readFrameAt(file, place),
      }
      offset += headBytes + length
    }
  } finally {
    closeSync(file)
  }
}

/** Reads the payload of the frame at a position of an open file. @returns undefined if there is no sound frame */
export function readFrameAt(file: number, offset: number): Buffer | undefined {
  const head = Buffer.allocUnsafe(headBytes)
  if (readSync(file, head, 0, headBytes, offset) < headBytes) return undefined
  const length = head.readUInt32LE(0)
  if (length === 0 || offset + headBytes + length > fstatSync(file).size) return undefined
  const payload = Buffer.allocUnsafe(length)
  if (readSync(file, payload, 0, length, offset + headBytes) < length) return undefined
  return crc32(payload) === head.readUInt32LE(4) ? payload : undefined
}
