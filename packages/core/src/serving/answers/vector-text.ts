/** Encodes a vector as text for a cache: base64 of its 32-bit floats, little-endian as on every platform of Node. */
export function encodeVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** @returns undefined for a text that is not a vector */
export function decodeVector(text: unknown): Float32Array | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0) return undefined
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}
