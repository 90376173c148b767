import { fsError } from '../errors.js'
import { type Compression, type FileFormat, isTyped } from '../format.js'

interface FileKind {
  readonly format: FileFormat
  readonly compression: Compression
}

/**
 * What a file is whose server sends it in an encoding of its own, although it was asked not to: an object may have been
 * stored as `data.csv` with the header `Content-Encoding: gzip`. If the name says that the file is compressed, the encoding
 * says the same.
 *
 * @throws MAESTRO_FS_PLACE_ENCODING for an encoding that no reader knows, or of a format that is not read from start to end
 */
export function encodedKind(kind: FileKind, headers: Headers, name: string): FileKind {
  const encoding = encodingOf(headers)
  if (encoding === undefined || kind.compression !== undefined) return kind
  const compression = encoding === 'gzip' || encoding === 'x-gzip' ? 'gzip' : encoding === 'zstd' ? 'zstd' : undefined
  if (compression === undefined || isTyped(kind.format))
    throw fsError('MAESTRO_FS_PLACE_ENCODING', { path: name, encoding })
  return { ...kind, compression }
}

/** The encoding of a content; undefined if it is sent as it is. `aws-chunked` names how an upload was sent. */
export function encodingOf(headers: Headers): string | undefined {
  const encodings = (headers.get('content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity' && encoding !== 'aws-chunked')
  return encodings.length === 0 ? undefined : encodings.join(', ')
}
