/**
 * A value as JSON for SQL: dates are ISO text, bytes are base64, vectors are lists, and numbers that JSON lacks are
 * null.
 */
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

/**
 * A number with its digits unchanged. Node.js has the function; TypeScript's own list of globals does not yet include
 * it.
 */
export const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON
