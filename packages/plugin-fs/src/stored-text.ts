import { unreadable } from './unreadable.js'

// A mark of the byte order at the start of a value is a character of the value.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a value that a file stores as bytes. @throws MAESTRO_FS_CONTENT for bytes that are not UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw unreadable('its bytes are not valid text in UTF-8')
  }
}
