import type { Pooling } from './sentence-settings.js'

/** A model's output for a batch: a vector for each token of each text, or one for each text. */
export interface ModelOutput {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/**
 * The vector of one text of a batch.
 *
 * @param tokens The number of tokens of the text; the rest is padding.
 */
export function poolText(
  { data, dims }: ModelOutput,
  text: number,
  tokens: number,
  pooling: Pooling,
): Float32Array<ArrayBuffer> {
  const dimension = dims.at(-1) ?? 0
  const places = dims.length === 2 ? 1 : (dims[1] ?? 0)
  const start = text * places * dimension
  if (pooling === 'cls' || places === 1) return data.slice(start, start + dimension)
  // In double precision, because a sum of hundreds of numbers would lose digits.
  const sum = new Float64Array(dimension)
  for (let token = 0; token < tokens; token++) {
    const at = start + token * dimension
    for (let column = 0; column < dimension; column++) sum[column] = (sum[column] ?? 0) + (data[at + column] ?? 0)
  }
  return Float32Array.from(sum, (value) => value / tokens)
}

/** Normalizes a vector to length 1, in place. A zero vector stays unchanged. */
export function normalize(vector: Float32Array): void {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  if (length === 0) return
  for (let column = 0; column < vector.length; column++) vector[column] = (vector[column] ?? 0) / length
}
