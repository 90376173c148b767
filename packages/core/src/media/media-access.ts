import { createToken } from '../contracts/token.js'

/** The places from which media may be read. */
export interface MediaAccess {
  /** The folder of the project, to which paths are relative. @default the working directory */
  readonly directory?: string | undefined
  /** Whether paths outside the folder may be read. @default false */
  readonly allowOutside?: boolean | undefined
  /** Whether addresses may lie in private networks or on this machine. @default false */
  readonly allowPrivateAddresses?: boolean | undefined
  /** The maximum bytes of one file, image, or recording. @default 20 MiB */
  readonly maxBytes?: number | undefined
}

/** The places from which this project may read media and documents. */
export const MEDIA_ACCESS = createToken<MediaAccess>('media-access')

/** The size that is refused before reading: 20 MiB, the highest limit of common providers. */
export const mostMediaBytes = 20 * 1024 * 1024

/** A reference for messages: short, and without data. */
export function nameOf(data: Uint8Array | URL | string): string {
  if (data instanceof Uint8Array) return `${data.byteLength} bytes`
  const text = data instanceof URL ? data.href : data
  if (text.startsWith('data:')) return text.slice(0, Math.min(60, text.indexOf(',') + 1))
  return text.length <= 200 ? text : `${text.slice(0, 60)}...`
}
