import type { Row } from '@maestro-dataflow/core'
import { CellRandom } from './cell-random.js'
import { variable } from './column-order.js'
import type { FakeKind, Sampler } from './sampler-types.js'

/** The position of a cell. */
export interface CellPlace {
  readonly seed: number
  readonly column: string
  /** The row's position, from 0. */
  readonly row: number
  /** The values of the columns that are known already. */
  readonly known: Row
  fake(kind: FakeKind, seed: number): string
}

const mostTries = 1000
const day = 86_400_000

/** The value of a cell. */
export function sampleCell(sampler: Sampler, place: CellPlace): unknown {
  const random = new CellRandom(place.seed, place.column, place.row)
  const { nulls = 0 } = sampler
  return nulls > 0 && random.fraction() < nulls ? null : sample(sampler, place, random)
}

function sample(sampler: Sampler, place: CellPlace, random: CellRandom): unknown {
  if ('category' in sampler) return pick(sampler.category, random)
  if ('uniform' in sampler) {
    const [min, max] = sampler.uniform
    return rounded(min + random.fraction() * (max - min), sampler.decimals)
  }
  if ('normal' in sampler) return rounded(bounded(sampler.normal, random), sampler.decimals)
  if ('integer' in sampler) {
    const [min, max] = sampler.integer
    return min + Math.floor(random.fraction() * (max - min + 1))
  }
  if ('date' in sampler) return between(sampler.date, random)
  if ('id' in sampler) {
    if (sampler.id === 'uuid') return uuid(random)
    const number = (sampler.start ?? 1) + place.row
    return sampler.prefix === undefined ? number : sampler.prefix + number
  }
  if ('fake' in sampler) return place.fake(sampler.fake, random.bits())
  if ('constant' in sampler) return sampler.constant
  if ('template' in sampler)
    return sampler.template.replaceAll(variable, (_, name: string) => String(place.known[name] ?? ''))
  const fitting = sampler.when.find(({ column, is }) => [is].flat().some((value) => value === place.known[column]))
  const chosen = fitting?.use ?? sampler.else
  return chosen === undefined ? null : sampleCell(chosen, { ...place, column: `${place.column}/` })
}

function pick(category: readonly unknown[] | Readonly<Record<string, number>>, random: CellRandom): unknown {
  if (Array.isArray(category)) return category[Math.floor(random.fraction() * category.length)]
  const weights = Object.entries(category as Readonly<Record<string, number>>)
  let left = random.fraction() * weights.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of weights) {
    left -= weight
    if (left < 0) return value
  }
  return weights.findLast(([, weight]) => weight > 0)?.[0]
}

function bounded(
  {
    mean,
    deviation,
    min = Number.NEGATIVE_INFINITY,
    max = Number.POSITIVE_INFINITY,
  }: { mean: number; deviation: number; min?: number | undefined; max?: number | undefined },
  random: CellRandom,
): number {
  for (let tries = 0; tries < mostTries; tries++) {
    const value = mean + deviation * random.normal()
    if (value >= min && value <= max) return value
  }
  return Math.min(max, Math.max(min, mean))
}

const rounded = (value: number, decimals: number | undefined) =>
  decimals === undefined ? value : Number(value.toFixed(decimals))

/** A day if both bounds are days; otherwise, a time to the millisecond. */
function between([from, to]: readonly [string, string], random: CellRandom): Date {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  const days = [from, to].every((text) => /^\d{4}-\d{2}-\d{2}$/.test(text))
  const step = days ? day : 1
  return new Date(first + Math.floor(random.fraction() * (Math.floor((last - first) / step) + 1)) * step)
}

function uuid(random: CellRandom): string {
  const digits = [0, 1, 2, 3].map(() => random.bits().toString(16).padStart(8, '0')).join('')
  const variant = ((Number.parseInt(digits[16] ?? '0', 16) & 3) | 8).toString(16)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}
