/** The supported document formats. */
export type DocumentFormat = 'text' | 'markdown' | 'html' | 'pdf' | 'docx'

const endings: Readonly<Record<string, DocumentFormat>> = {
  txt: 'text',
  text: 'text',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
}

/** The format that the name of a file suggests; undefined for unknown extensions. */
export function formatByName(name: string): DocumentFormat | undefined {
  const path = name.replace(/[?#].*$/, '')
  return endings[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '']
}

const starts = (bytes: Uint8Array, ...head: readonly number[]): boolean =>
  head.every((value, index) => bytes[index] === value)

/** The signature of Microsoft's older container: documents from before 2007, and newer ones with a password. */
export const isCompoundFile = (bytes: Uint8Array): boolean => starts(bytes, 0xd0, 0xcf, 0x11, 0xe0)

/**
 * Detects the format of a document by its content if possible, and otherwise by its name. Other text is plain text.
 * Undefined for bytes of an unsupported format.
 *
 * @param mediaType The media type that was detected in the bytes or that a server reported.
 */
export function documentFormat(
  bytes: Uint8Array,
  { name, mediaType }: { readonly name: string; readonly mediaType?: string | undefined },
): DocumentFormat | undefined {
  if (mediaType === 'application/pdf' || isPdf(bytes)) return 'pdf'
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04))
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('word/document.xml')
      ? 'docx'
      : undefined
  const named = formatByName(name)
  if (named === 'pdf' || named === 'docx') return isBinary(bytes) ? named : undefined
  if (isBinary(bytes)) return undefined
  if (named !== undefined) return named
  if (mediaType === 'text/html' || mediaType === 'application/xhtml+xml') return 'html'
  return mediaType === 'text/markdown' ? 'markdown' : 'text'
}

/**
 * The maximum offset of the header in a file: mail gateways and printers put lines before it, and readers accept that.
 */
const pdfHeadBytes = 1024

/**
 * Detects a PDF by its header and by the end of its cross-reference table, so that a text about PDFs does not count.
 */
function isPdf(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const head = buffer.subarray(0, pdfHeadBytes).indexOf('%PDF-')
  if (head < 0) return false
  return head === 0 || buffer.subarray(-pdfHeadBytes).includes('startxref') || buffer.includes('endstream')
}

const headBytes = 4096

/** Texts contain no zero bytes, except in UTF-16, where every second byte may be zero. */
function isBinary(bytes: Uint8Array): boolean {
  if (starts(bytes, 0xff, 0xfe) || starts(bytes, 0xfe, 0xff)) return false
  const head = bytes.subarray(0, headBytes)
  const zeros = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  if (zeros === 0) return false
  const [even, odd] = [0, 1].map((rest) => head.filter((_, index) => index % 2 === rest).every((byte) => byte !== 0))
  return !(even !== odd && zeros > head.length / 8)
}
