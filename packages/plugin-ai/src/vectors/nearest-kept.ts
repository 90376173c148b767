import { dot } from './metrics.js'

/** Numbers that are looked at first. */
const head = 64

/**
 * Vectors of length 1 that are kept, and the nearest of them to another. Most are told apart by their first numbers: what
 * the rest can add is bounded by its lengths (Cauchy and Schwarz).
 */
export class KeptVectors {
  readonly #units: Float32Array[] = []
  readonly #rests: number[] = []

  add(unit: Float32Array): void {
    this.#units.push(unit)
    this.#rests.push(restOf(unit))
  }

  /** The place of the nearest that was kept, if its cosine is the threshold or more. */
  nearest(unit: Float32Array, threshold: number): number | undefined {
    const rest = restOf(unit)
    let best: number | undefined
    let most = threshold
    for (const [place, kept] of this.#units.entries()) {
      const first = partialDot(unit, kept)
      if (first + rest * (this.#rests[place] ?? 0) < most) continue
      const cosine = dot(unit, kept)
      if (cosine > most || (cosine === most && best === undefined)) [best, most] = [place, cosine]
    }
    return best
  }
}

function partialDot(one: Float32Array, other: Float32Array): number {
  const length = Math.min(head, one.length)
  let sum = 0
  for (let at = 0; at < length; at++) sum += (one[at] as number) * (other[at] as number)
  return sum
}

/** The length of what is left behind the first numbers, a little more for what rounding takes. */
function restOf(unit: Float32Array): number {
  const rest = unit.subarray(head)
  return Math.sqrt(dot(rest, rest)) + 1e-6
}
