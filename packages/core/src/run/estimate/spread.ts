import type { Range } from '../../contracts/estimate.js'

/** The share of all estimates whose ranges hold, if the tried rows are a random choice of all rows. */
export const confidence = 0.95

/** Student's t for 95 %, by degrees of freedom. */
const studentT = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13]
const normal = 1.96

/** The mean of all values, of which some are known. @param all The number of all values, known or not. */
export function meanOf(values: readonly number[], all: number): Range {
  const count = values.length
  if (count === 0) return { low: 0, high: 0 }
  const mean = values.reduce((total, value) => total + value, 0) / count
  if (count >= all) return { low: mean, high: mean }
  // One value does not show how much the values differ.
  if (count === 1) return { low: 0, high: 2 * mean }
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (count - 1)
  const t = studentT[count - 2] ?? normal + 2.4 / (count - 1)
  const margin = t * Math.sqrt((variance / count) * ((all - count) / (all - 1)))
  return { low: Math.max(0, mean - margin), high: mean + margin }
}

/** The share of all rows with a property that some of the tried rows have, by the score interval of Wilson. */
export function shareOf(having: number, tried: number, all: number): Range {
  if (tried === 0) return { low: 0, high: 1 }
  const share = having / tried
  if (tried >= all) return { low: share, high: share }
  const square = normal ** 2 / tried
  const middle = (share + square / 2) / (1 + square)
  const margin = (normal / (1 + square)) * Math.sqrt((share * (1 - share)) / tried + square / (4 * tried))
  return {
    low: having === 0 ? 0 : Math.max(0, middle - margin),
    high: having === tried ? 1 : Math.min(1, middle + margin),
  }
}

export function sum(ranges: readonly Range[]): Range {
  return ranges.reduce((one, other) => ({ low: one.low + other.low, high: one.high + other.high }), { low: 0, high: 0 })
}

export const times = (one: Range, other: Range): Range => ({ low: one.low * other.low, high: one.high * other.high })
