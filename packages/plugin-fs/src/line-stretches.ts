import { fsError } from './errors.js'

const newline = 10
/** Larger than any valid record, and well below the maximum length of a text. */
export const maxRecordBytes = 1 << 28

/** Yields stretches of whole lines, without the line end of the last line. @throws MAESTRO_FS_RECORD_TOO_LARGE */
export async function* lineStretches(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(newline)
    if (end === -1) {
      rest.push(chunk)
      length += chunk.length
      if (length > maxRecordBytes) throw recordTooLarge(name)
      continue
    }
    yield rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)])
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    length = chunk.length - end - 1
  }
  if (length > 0) yield Buffer.concat(rest)
}

export function recordTooLarge(location: string): Error {
  return fsError('MAESTRO_FS_RECORD_TOO_LARGE', { location, megabytes: maxRecordBytes >> 20 })
}
