import { constants, inflateSync } from 'node:zlib'
import { aiError } from '../errors.js'

/** The dictionary right before a stream names its filters. */
const dictionaryReach = 1024

/**
 * Checks that the total unpacked size of the streams of a PDF does not exceed a limit. A stream that cannot be unpacked
 * here, such as an encrypted one, is left to the parser, whose process has a memory limit.
 *
 * @throws MAESTRO_AI_DOCUMENT_INFLATES
 */
export function assertPdfInflates(
  bytes: Uint8Array,
  { name, maxInflatedSize }: { readonly name: string; readonly maxInflatedSize: number },
): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let left = maxInflatedSize
  for (let end = -1, start = file.indexOf('stream'); start >= 0; start = file.indexOf('stream', end + 9)) {
    end = file.indexOf('endstream', start)
    if (end < 0) end = file.length
    const dictionary = file.subarray(Math.max(0, start - dictionaryReach), start).toString('latin1')
    const filters = dictionary.slice(dictionary.lastIndexOf(' obj') + 1).match(/\/(?:FlateDecode|Fl)\b/g)?.length ?? 0
    const data = file.subarray(start + (file[start + 6] === 13 ? 8 : 7), end)
    left -= inflatedBytes(data, filters, left)
    if (left < 0) throw aiError('MAESTRO_AI_DOCUMENT_INFLATES', { document: name, limit: maxInflatedSize })
  }
}

/**
 * The unpacked size of a stream in bytes; a number above `most` if it exceeds that. A stream may be compressed several
 * times.
 */
function inflatedBytes(data: Buffer, filters: number, most: number): number {
  let unpacked = data
  let bytes = 0
  for (let filter = 0; filter < filters; filter++) {
    try {
      unpacked = inflateSync(unpacked, {
        maxOutputLength: Math.max(1, most - bytes + 1),
        finishFlush: constants.Z_SYNC_FLUSH,
      })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? most + 1 : bytes
    }
    bytes += unpacked.length
  }
  return bytes
}
