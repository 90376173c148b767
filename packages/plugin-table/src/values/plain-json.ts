/** A value as JSON for SQL: dates are ISO text, bytes base64, vectors lists, and what JSON has no number for is null. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, replace) ?? 'null'
}

function replace(this: Readonly<Record<string, unknown>>, key: string, given: unknown): unknown {
  const value = this[key]
  if (typeof value === 'bigint') return rawJson(value.toString())
  if (typeof value === 'string') return value.toWellFormed()
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
  return value instanceof Float32Array ? Array.from(value) : given
}

/** A number's digits as they are. Node has it; TypeScript's own list of globals does not know it yet. */
export const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
