import type { PersonalData } from './personal-data.js'

const pattern = /(?<![\p{L}\p{N}])\+?\d(?:[ ()./-]{0,3}\d){5,24}(?!\p{N})/gu
const digitsOf = (text: string): string => text.replaceAll(/\D/g, '')

/** Finds all occurrences of a number that was recognized once, regardless of the grouping of its digits. */
export function sameNumbers(text: string, found: readonly PersonalData[]): readonly PersonalData[] {
  const known = new Map(found.map(({ type, start, end }) => [digitsOf(text.slice(start, end)), type]))
  known.delete('')
  if (known.size === 0) return []
  return Array.from(text.matchAll(pattern)).flatMap(({ 0: candidate, index }) => {
    const type = known.get(digitsOf(candidate))
    return type === undefined ? [] : [{ type, start: index, end: index + candidate.length }]
  })
}
