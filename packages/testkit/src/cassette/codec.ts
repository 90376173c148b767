/**
 * Encodes results as JSON text and decodes them without loss: vectors as base64 of their 32-bit floats (little-endian,
 * as on every platform of Node), numbers that JSON cannot express by their name. Names that begin with $ are escaped by
 * another $.
 */
export function encode(value: unknown): string {
  return JSON.stringify(tagged(value))
}

export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, unknown>>
  if (typeof record.$vector === 'string') return toVector(record.$vector)
  if (typeof record.$number === 'string') return Number(record.$number)
  return Object.fromEntries(
    Object.entries(record).map(([name, item]) => [name.startsWith('$$') ? name.slice(1) : name, decode(item)]),
  )
}

function tagged(value: unknown): unknown {
  if (value instanceof Float32Array)
    return { $vector: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) }
  if (Array.isArray(value)) return value.map(tagged)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name.startsWith('$') ? `$${name}` : name, tagged(item)]),
  )
}

function toVector(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}
