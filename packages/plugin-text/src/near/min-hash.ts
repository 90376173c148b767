import { mixed, shinglesOf } from './shingles.js'

/** The number of hash functions. The error of the estimated similarity is about 0.035 near 0.8. */
export const signatureLength = 128
export const signatureBytes = signatureLength * 4

/** The parameters of the hash functions: any numbers do, but they must never change. */
const keys = Int32Array.from({ length: signatureLength }, (_, index) => mixed(index * 2 + 1))
const factors = Int32Array.from({ length: signatureLength }, (_, index) => mixed(index * 2 + 2) | 1)

/**
 * The MinHash signature of a text (Broder 1997): the share of equal entries of two signatures estimates the Jaccard
 * similarity of their sequences of words.
 *
 * @param target Receives the signature.
 */
export function minHash(text: string, size: number, target: Uint32Array): void {
  const shingles = Int32Array.from(shinglesOf(text, size))
  for (let index = 0; index < signatureLength; index++) {
    const [key, factor] = [keys[index] as number, factors[index] as number]
    let least = 0x7fffffff
    for (let at = 0; at < shingles.length; at++) {
      // The order of a product depends on its high bits, which depend on all bits of the hash.
      const hash = Math.imul((shingles[at] as number) ^ key, factor)
      if (hash < least) least = hash
    }
    target[index] = least
  }
}

/** The estimated similarity of two texts, from 0 to 1. */
export function similarity(one: Uint32Array, other: Uint32Array): number {
  let equal = 0
  for (let index = 0; index < signatureLength; index++) if (one[index] === other[index]) equal++
  return equal / signatureLength
}

/** How a signature is divided for locality-sensitive hashing: texts with an equal band are compared. */
export interface Banding {
  readonly bands: number
  readonly rows: number
}

/**
 * The banding with the fewest bands of those that miss at most 2 % of the pairs at the threshold. Pairs below the
 * threshold cost only a comparison.
 */
export function bandingFor(threshold: number): Banding {
  for (let rows = signatureLength; rows > 1; rows--) {
    const bands = Math.floor(signatureLength / rows)
    if ((1 - threshold ** rows) ** bands <= 0.02) return { bands, rows }
  }
  return { bands: signatureLength, rows: 1 }
}

/** The hash of a band of a signature. */
export function bandHash(signature: Uint32Array, band: number, rows: number): number {
  let hash = band
  for (let index = band * rows; index < (band + 1) * rows; index++)
    hash = mixed(Math.imul(hash, 31) ^ (signature[index] as number))
  return hash
}
