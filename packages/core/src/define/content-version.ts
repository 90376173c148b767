import { createHash } from 'node:crypto'

/** A short text that changes when the content does (FNV-1a, 64 bit): the version of a prompt that was given none. */
export function contentVersion(content: unknown): string {
  const text = JSON.stringify(content, shortened)
  let hash = 0xcbf29ce484222325n
  for (let index = 0; index < text.length; index++) {
    hash ^= BigInt(text.charCodeAt(index))
    hash = BigInt.asUintN(64, hash * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

/** Bytes by their hash. A Buffer has become an object of its own before it gets here, so the holder is asked. */
function shortened(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const given = this[key]
  return given instanceof Uint8Array ? createHash('sha256').update(given).digest('hex') : value
}
