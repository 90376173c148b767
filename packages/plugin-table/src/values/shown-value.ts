import { plainJson } from './plain-json.js'

/** A value in the form that messages show. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 80)}"`
  if (typeof value === 'bigint' || typeof value === 'number') return String(value).slice(0, 80)
  return value === undefined ? 'undefined' : plainJson(value).slice(0, 80)
}
