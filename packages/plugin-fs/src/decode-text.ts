/** Replaces bytes that are not valid in the file's encoding. It never occurs in UTF-8. */
const wrongByte = Buffer.from([0xff])
const replacement = '\ufffd'

/** Whether `TextDecoder` knows the name. */
export function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}

/**
 * A file's bytes as UTF-8, without a byte order mark. The mark of UTF-16 is recognized automatically. Bytes that are
 * not valid in the file's encoding become bytes that are not valid in UTF-8, so that the reader of the records finds
 * them.
 *
 * @param encoding A label of `TextDecoder`. @default 'utf-8'
 */
export async function* toUtf8(chunks: AsyncIterable<Buffer>, encoding: string | undefined): AsyncGenerator<Buffer> {
  let decode: Decode | undefined
  let head: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (decode !== undefined) {
      yield decode(chunk, false)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < longestMark) continue
    const mark = byteOrderMark(head, encoding)
    decode = decoderOf(mark.encoding)
    yield decode(head.subarray(mark.length), false)
  }
  if (decode === undefined) {
    const mark = byteOrderMark(head, encoding)
    yield decoderOf(mark.encoding)(head.subarray(mark.length), true)
  } else {
    yield decode(Buffer.alloc(0), true)
  }
}

export const longestMark = 3

/** The encoding of a text, recognized by its first bytes, and the length of the mark in bytes. */
export function byteOrderMark(
  head: Buffer,
  given: string | undefined,
): { readonly encoding: string; readonly length: number } {
  const encoding = new TextDecoder(given).encoding
  if (!encoding.startsWith('utf-')) return { encoding, length: 0 }
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 }
  return { encoding, length: 0 }
}

type Decode = (bytes: Buffer, last: boolean) => Buffer

function decoderOf(encoding: string): Decode {
  if (encoding === 'utf-8') return (bytes) => bytes
  const loose = new TextDecoder(encoding, { ignoreBOM: true })
  const strict = new TextDecoder(encoding, { ignoreBOM: true, fatal: true })
  let correct = true
  return (bytes, last) => {
    const text = loose.decode(bytes, { stream: !last })
    // The text itself may contain U+FFFD. It does as long as the strict decoder accepts the bytes.
    try {
      if (correct) strict.decode(bytes, { stream: !last })
    } catch {
      correct = false
    }
    return correct || !text.includes(replacement) ? Buffer.from(text) : markWrong(text)
  }
}

function markWrong(text: string): Buffer {
  const parts = text.split(replacement).flatMap((part) => [wrongByte, Buffer.from(part)])
  return Buffer.concat(parts.slice(1))
}
