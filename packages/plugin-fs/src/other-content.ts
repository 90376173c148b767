import { fsError } from './errors.js'

/** How files begin that hold no text. */
const beginnings: readonly (readonly [what: string, ending: string, bytes: readonly number[]])[] = [
  ['compressed with gzip', '.gz', [0x1f, 0x8b, 0x08]],
  ['compressed with Zstandard', '.zst', [0x28, 0xb5, 0x2f, 0xfd]],
  ['compressed with xz', '', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['compressed with bzip2', '', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26]],
  ['a ZIP archive or an Excel file', '', [0x50, 0x4b, 0x03, 0x04]],
  // The name of a column may begin with the first four of these.
  ['a Parquet file', '.parquet', [0x50, 0x41, 0x52, 0x31, 0x15]],
]

/**
 * The same bytes of a text, unless they begin like a file of another kind: with an `encoding` of one byte for each
 * character, all bytes would be text.
 *
 * @throws MAESTRO_FS_CONTENT
 */
export async function* asText(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true
  for await (const chunk of bytes) {
    if (isFirst && chunk.length > 0) {
      isFirst = false
      const found = beginnings.find(
        ([, , start]) => chunk.length > start.length && start.every((byte, at) => chunk[at] === byte),
      )
      if (found !== undefined) throw otherContent(found[0], found[1])
    }
    yield chunk
  }
}

function otherContent(what: string, ending: string): Error {
  const advice = ending === '' ? '' : `; give it the ending ${ending}`
  return fsError('MAESTRO_FS_CONTENT', { reason: `it holds no text, because it is ${what}${advice}` })
}
