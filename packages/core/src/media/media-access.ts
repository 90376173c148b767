import { createToken } from '../contracts/token.js'

/** From where media may be read. */
export interface MediaAccess {
  /** The folder of the project: paths are relative to it. @default the working directory */
  readonly directory?: string | undefined
  /** Whether paths outside the folder may be read. @default false */
  readonly allowOutside?: boolean | undefined
  /** Whether addresses may lie in private networks or on this machine. @default false */
  readonly allowPrivateAddresses?: boolean | undefined
  /** Bytes of one file, image or recording at most. @default 20 MiB */
  readonly maxBytes?: number | undefined
}

/** From where this project lets media and documents be read. */
export const MEDIA_ACCESS = createToken<MediaAccess>('media-access')

/** What is refused before it is read: 20 MiB, the most that common providers take. */
export const mostMediaBytes = 20 * 1024 * 1024

/** A reference as it stands in messages: short, and without data in it. */
export function nameOf(data: Uint8Array | URL | string): string {
  if (data instanceof Uint8Array) return `${data.byteLength} bytes`
  const text = data instanceof URL ? data.href : data
  if (text.startsWith('data:')) return text.slice(0, Math.min(60, text.indexOf(',') + 1))
  return text.length <= 200 ? text : `${text.slice(0, 60)}...`
}
