export const newline = 10
/** Larger than any valid record, and well below the maximum length of a text. */
export const maxRecordBytes = 1 << 28
/** The size of the buffer in which the end of one chunk and the beginning of the next are joined. */
const leastJoined = 1 << 19
const mostJoined = 1 << 22

/** A line that is longer than any valid record: its beginning, and its length in bytes. */
export class LongLine {
  readonly start: Buffer
  length: number

  constructor(start: Buffer, length: number) {
    this.start = Buffer.from(start.subarray(0, 1000))
    this.length = length
  }
}

/** Why a long line is refused. */
export const longLine = `it is longer than ${maxRecordBytes >> 20} MB`

/**
 * Yields stretches of whole lines, without the line end of the last line. A line that is too long is not held in memory,
 * and the lines after it follow. The bytes of a chunk are not used after the next one is asked for, nor should those of a
 * stretch be.
 */
export async function* lineStretches(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | LongLine> {
  let rest: Buffer[] = []
  let length = 0
  let joined = Buffer.alloc(0)
  const join = (last: Buffer): Buffer => {
    if (joined.length < length + last.length)
      joined = Buffer.allocUnsafeSlow(Math.max(leastJoined, length + last.length))
    let end = 0
    for (const piece of [...rest, last]) end += piece.copy(joined, end)
    return joined.subarray(0, end)
  }
  let long: LongLine | undefined
  for await (const given of chunks) {
    let chunk = given
    if (long !== undefined) {
      const end = chunk.indexOf(newline)
      long.length += end === -1 ? chunk.length : end
      if (end === -1) continue
      yield long
      long = undefined
      chunk = chunk.subarray(end + 1)
    }
    const end = chunk.lastIndexOf(newline)
    if (end === -1) {
      rest.push(Buffer.from(chunk))
      length += chunk.length
      if (length <= maxRecordBytes) continue
      long = new LongLine(rest.find((one) => one.length > 0) ?? chunk, length)
      rest = []
      length = 0
      continue
    }
    const stretch = rest.length === 0 ? chunk.subarray(0, end) : join(chunk.subarray(0, end))
    rest = end + 1 < chunk.length ? [Buffer.from(chunk.subarray(end + 1))] : []
    length = chunk.length - end - 1
    yield stretch
    // A very long line does not occupy the memory until the end.
    if (joined.length > mostJoined) joined = Buffer.alloc(0)
  }
  if (long !== undefined) yield long
  if (length > 0) yield Buffer.concat(rest)
}
