import { dot } from './metrics.js'
import { toUnit } from './unit-vectors.js'

/** The clusters of vectors. */
export interface Clusters {
  readonly centers: readonly Float32Array[]
  /** The cluster of each vector. */
  readonly of: Uint32Array
  /**
   * The quality of the clusters, -1 to 1: the mean of the simplified silhouette (Vendramin, Campello and Hruschka,
   * 2010).
   */
  readonly silhouette: number
}

const mostRounds = 50

/**
 * Clusters unit vectors by their cosine with spherical k-means (Dhillon and Modha, 2001), which k-means++ initializes
 * (Arthur and Vassilvitskii, 2007). The same vectors and seed give the same clusters.
 */
export function kMeans(units: readonly Float32Array[], k: number, seed: number, signal: AbortSignal): Clusters {
  const random = randomOf(seed)
  let centers = firstCenters(units, Math.min(k, units.length), random)
  let of = new Uint32Array(units.length)
  for (let round = 0; round < mostRounds; round++) {
    signal.throwIfAborted()
    const assigned = Uint32Array.from(units, (unit) => nearestOf(centers, unit)[0])
    const same = round > 0 && assigned.every((cluster, index) => cluster === of[index])
    of = assigned
    if (same) break
    centers = movedCenters(units, of, centers)
  }
  return { centers, of, silhouette: silhouetteOf(units, of, centers) }
}

function firstCenters(units: readonly Float32Array[], k: number, random: () => number): Float32Array[] {
  const centers: Float32Array[] = [units[Math.floor(random() * units.length)] ?? new Float32Array()]
  const distances = new Float64Array(units.length).fill(Number.POSITIVE_INFINITY)
  while (centers.length < k) {
    const last = centers.at(-1) ?? new Float32Array()
    let sum = 0
    for (const [index, unit] of units.entries()) {
      distances[index] = Math.min(distances[index] ?? 0, Math.max(0, 1 - dot(last, unit)) ** 2)
      sum += distances[index] ?? 0
    }
    // All vectors are already centers.
    if (sum === 0) break
    let left = random() * sum
    const chosen = units.findIndex((_, index) => {
      left -= distances[index] ?? 0
      return left <= 0
    })
    centers.push(units[chosen < 0 ? units.length - 1 : chosen] ?? new Float32Array())
  }
  return centers
}

function movedCenters(
  units: readonly Float32Array[],
  of: Uint32Array,
  before: readonly Float32Array[],
): Float32Array[] {
  return before.map((center, cluster) => {
    const sum = new Float32Array(center.length)
    let members = 0
    for (const [index, unit] of units.entries()) {
      if (of[index] !== cluster) continue
      members++
      for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (unit[at] ?? 0)
    }
    return members === 0 ? center : toUnit(sum)
  })
}

/** The nearest center, and the similarities of the nearest and the second nearest. */
function nearestOf(
  centers: readonly Float32Array[],
  unit: Float32Array,
): readonly [cluster: number, near: number, second: number] {
  let [cluster, near, second] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const [index, center] of centers.entries()) {
    const cosine = dot(center, unit)
    if (cosine > near) [cluster, second, near] = [index, near, cosine]
    else if (cosine > second) second = cosine
  }
  return [cluster, near, second]
}

function silhouetteOf(units: readonly Float32Array[], of: Uint32Array, centers: readonly Float32Array[]): number {
  if (centers.length < 2 || of.length === 0) return 0
  const sizes = new Map<number, number>()
  for (const cluster of of) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  const sum = units.reduce((total, unit, index) => {
    // The only member of a cluster always fits, so it does not count.
    if (sizes.get(of[index] ?? 0) === 1) return total
    const [, near, second] = nearestOf(centers, unit)
    const [own, other] = [1 - near, 1 - second]
    const most = Math.max(own, other)
    return total + (most <= 0 ? 0 : (other - own) / most)
  }, 0)
  return sum / units.length
}

/**
 * A seeded generator of numbers from 0 up to, but not including, 1: mulberry32, by Tommy Ettinger, in the public
 * domain.
 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
