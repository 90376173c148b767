/** A pattern of bytes at a position; `..` is any byte. */
interface Mark {
  readonly at?: number
  readonly hex: string
  readonly mediaType: string
}

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

/** By the first bytes of a file: the first matching line decides. */
const marks: readonly Mark[] = [
  { hex: '89504e470d0a1a0a', mediaType: 'image/png' },
  { hex: 'ffd8ff', mediaType: 'image/jpeg' },
  { hex: ascii('GIF8'), mediaType: 'image/gif' },
  { hex: `${ascii('RIFF')}........${ascii('WEBP')}`, mediaType: 'image/webp' },
  { hex: `${ascii('RIFF')}........${ascii('WAVE')}`, mediaType: 'audio/wav' },
  { hex: `${ascii('BM')}................`, mediaType: 'image/bmp' },
  { hex: '49492a00', mediaType: 'image/tiff' },
  { hex: '4d4d002a', mediaType: 'image/tiff' },
  { at: 4, hex: ascii('ftypavif'), mediaType: 'image/avif' },
  { at: 4, hex: ascii('ftyphei'), mediaType: 'image/heic' },
  { at: 4, hex: ascii('ftypmif1'), mediaType: 'image/heif' },
  { at: 4, hex: ascii('ftypM4A'), mediaType: 'audio/mp4' },
  { at: 4, hex: ascii('ftyp'), mediaType: 'video/mp4' },
  { hex: ascii('%PDF-'), mediaType: 'application/pdf' },
  { hex: ascii('ID3'), mediaType: 'audio/mpeg' },
  { hex: ascii('OggS'), mediaType: 'audio/ogg' },
  { hex: ascii('fLaC'), mediaType: 'audio/flac' },
  { hex: '1a45dfa3', mediaType: 'video/webm' },
  { hex: 'fff1', mediaType: 'audio/aac' },
  { hex: 'fff9', mediaType: 'audio/aac' },
  { hex: 'fffb', mediaType: 'audio/mpeg' },
  { hex: 'fff3', mediaType: 'audio/mpeg' },
  { hex: 'fff2', mediaType: 'audio/mpeg' },
]

const headBytes = 1024

/** The type of a file by its content, whatever its name; undefined if it is none of the known types. */
export function sniffMediaType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, headBytes))
  const hex = head.subarray(0, 32).toString('hex')
  return marks.find((mark) => fits(hex, mark))?.mediaType ?? textType(head.toString('utf8'))
}

function fits(hex: string, { at = 0, hex: mark }: Mark): boolean {
  const found = hex.slice(2 * at, 2 * at + mark.length)
  return found.length === mark.length && [...mark].every((digit, index) => digit === '.' || digit === found[index])
}

/** Texts that are often mistaken for images. */
function textType(head: string): string | undefined {
  const start = head.replace(/^\uFEFF/, '').trimStart()
  if (/^<(!doctype html|html|head|body)\b/i.test(start)) return 'text/html'
  if (start.startsWith('<') && /<svg[\s>]/i.test(start)) return 'image/svg+xml'
  return undefined
}
