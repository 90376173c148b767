import { createHash } from 'node:crypto'

/**
 * A short text that changes with the content (FNV-1a, 64 bit). It is the version of a prompt without a version of its
 * own.
 */
export function contentVersion(content: unknown): string {
  const text = JSON.stringify(content, shortened)
  let hash = 0xcbf29ce484222325n
  for (let index = 0; index < text.length; index++) {
    hash ^= BigInt(text.charCodeAt(index))
    hash = BigInt.asUintN(64, hash * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

/**
 * Replaces bytes by their hash. JSON has already converted a Buffer to an object here, so the value is read from its
 * holder.
 */
function shortened(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const given = this[key]
  return given instanceof Uint8Array ? createHash('sha256').update(given).digest('hex') : value
}
