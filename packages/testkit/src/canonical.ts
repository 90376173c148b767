import { createHash } from 'node:crypto'

/** A value as JSON text in which the order of names does not matter. Bytes are represented by their hash. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value))
}

/** A copy with the names of all objects in order, bytes as their hash, and addresses as texts. */
export function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.byteLength, sha256: sha256(value) }
  if (value instanceof URL) return value.href
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, canonical(item)]),
  )
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
