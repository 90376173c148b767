import { aiError } from '../errors.js'

/** The encoding of a document and its name in messages. */
export interface DecodeOptions {
  readonly name: string
  /** A label of `TextDecoder`. @default detected in the bytes */
  readonly encoding?: string | undefined
}

const marks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** The minimum confidence of a detected encoding, 0 to 100. */
const leastConfidence = 40

/**
 * Decodes the bytes of a document. The encoding is the given one, or that of a byte order mark, or UTF-8 if the bytes
 * are valid, or the one that the frequencies of bytes suggest.
 *
 * @throws MAESTRO_AI_DOCUMENT_ENCODING rather than a text with wrong characters
 */
export async function decodeDocument(bytes: Uint8Array, { name, encoding }: DecodeOptions): Promise<string> {
  if (encoding !== undefined) {
    const text = tryDecode(bytes, encoding)
    if (text !== undefined) return text
    throw aiError('MAESTRO_AI_DOCUMENT_ENCODING', { document: name, encoding })
  }
  const [marked] = marks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte)) ?? []
  const known = tryDecode(bytes, marked ?? 'utf-8')
  if (known !== undefined && !known.includes('\0')) return known
  for (const guess of await guesses(bytes)) {
    const text = tryDecode(bytes, guess)
    if (text !== undefined) return text
  }
  throw aiError('MAESTRO_AI_DOCUMENT_ENCODING', { document: name, encoding: undefined })
}

/** Encodings that the bytes may be in, the likeliest first. */
async function guesses(bytes: Uint8Array): Promise<readonly string[]> {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) return [wide]
  const { analyse } = await import('chardet')
  // GB18030 is a superset of the others: a text that looks like GBK may contain a character that only GB18030 has.
  return analyse(bytes)
    .filter(({ confidence }) => confidence >= leastConfidence)
    .map(({ name }) => (/^gb/i.test(name) ? 'gb18030' : name))
}

/** UTF-16 without a mark: in most scripts one of its two bytes is often zero. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 4096)
  const zeros = [0, 0]
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (Math.max(even, odd) < head.length / 16) return undefined
  return odd > even ? 'utf-16le' : 'utf-16be'
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
