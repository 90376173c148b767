/** A value that does not fit the type of its column. It concerns one row and states the reason. */
export class Unfit extends Error {
  /** @param what The type, or another reason: "is not an integer" */
  constructor(value: unknown, what: string) {
    super(`${shown(value)} ${what}`)
  }
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `a value of ${value.byteLength} bytes`
  if (ArrayBuffer.isView(value)) return `a vector of ${value.byteLength / 4} numbers`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
  const text =
    (typeof value === 'string' || typeof value === 'object' ? JSON.stringify(value) : undefined) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}...` : text
}
