import { type DriverError, type FailureKind, kindByWords } from '../../connection/failure-kind.js'

/** The significant first letters of SQLSTATE; the longest match counts. */
const states: readonly (readonly [string, FailureKind])[] = [
  ['08', 'lost'],
  ['0A', 'query'],
  ['22', 'row'],
  ['23', 'row'],
  ['25006', 'query'],
  ['28', 'authentication'],
  ['3D', 'database'],
  ['40', 'conflict'],
  ['42', 'query'],
  ['42501', 'permission'],
  ['42P01', 'table'],
  ['53100', 'full'],
  ['53300', 'unreachable'],
  ['55P03', 'locked'],
  ['57014', 'timeout'],
  ['57P', 'lost'],
  ['57P03', 'unreachable'],
]

const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/password must be a string|No password|sasl/i, 'authentication'],
]

export function postgresFailureKind(error: DriverError): FailureKind | undefined {
  const { code } = error
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return kindByWords(error, words)
  const fits = states.filter(([start]) => code.startsWith(start)).sort(([a], [b]) => b.length - a.length)
  return fits[0]?.[1] ?? kindByWords(error, words)
}
