import type { ByteSize } from './byte-size.js'

const secret: unique symbol = Symbol.for('maestro-dataflow.secret')

/** A value that is read from the environment when it is needed and never shown. */
export interface EnvironmentValue {
  readonly [secret]: true
  readonly name: string
  readonly fallback: string | undefined
}

/**
 * A value from the environment, for secrets: it is read when the part that uses it is made, and its value is kept out
 * of logs, errors, plans and reports. In JSON and YAML configs write `{ "env": "NAME" }`.
 */
export function env(name: string, fallback?: string): EnvironmentValue {
  return { [secret]: true, name, fallback }
}

export function isEnvironmentValue(value: unknown): value is EnvironmentValue {
  return typeof value === 'object' && value !== null && secret in value
}

/** How runs behave. */
export interface RunConfig {
  /** Rows that may be in work at once. @default 1024 */
  readonly rowsInFlight?: number
  /** The size of the rows that may be in work at once; a single larger row still passes. @default '64MiB' */
  readonly bytesInFlight?: ByteSize
  /** What happens to a row that fails: it goes to the rejects, or the run stops. @default 'reject' */
  readonly onError?: 'reject' | 'fail'
  /**
   * The rejected rows that a run accepts: a number, or a share of the rows such as '5%'. A run that exceeds it fails and
   * leaves its outputs unchanged. @default 20% of the rows of any step with at least 50 rows, 50% with at least 10
   */
  readonly maxRejects?: number | `${number}%`
  /** A step whose first rows all fail alike stops the run after this many. @default 20 */
  readonly failFast?: number
  /**
   * How many rows are held against what sources and operators declare: the first rows and a sample, or every row.
   *
   * @default 'sample'
   */
  readonly checks?: 'sample' | 'strict'
}
