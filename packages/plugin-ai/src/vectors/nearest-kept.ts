import { dot } from './metrics.js'

/** The number of components that are compared first. */
const head = 64

/**
 * The kept unit vectors, with a search for the nearest one. The first components rule out most candidates, because the
 * Cauchy-Schwarz inequality bounds the contribution of the rest.
 */
export class KeptVectors {
  readonly #units: Float32Array[] = []
  readonly #rests: number[] = []

  add(unit: Float32Array): void {
    this.#units.push(unit)
    this.#rests.push(restOf(unit))
  }

  /** The position of the nearest kept vector, if its cosine similarity reaches the threshold. */
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

/** The length of the components after the first ones, slightly increased to allow for rounding. */
function restOf(unit: Float32Array): number {
  const rest = unit.subarray(head)
  return Math.sqrt(dot(rest, rest)) + 1e-6
}
