import type { ByteSize } from './byte-size.js'

const secret: unique symbol = Symbol.for('maestro-dataflow.secret')

/** A value that is read from the environment when it is needed and is never shown. */
export interface EnvironmentValue {
  readonly [secret]: true
  readonly name: string
  readonly fallback: string | undefined
}

/**
 * A value from the environment, for secrets. It is read when the component that uses it is created, and never appears
 * in logs, errors, plans, or reports. In JSON and YAML configs, write `{ "env": "NAME" }`.
 */
export function env(name: string, fallback?: string): EnvironmentValue {
  return { [secret]: true, name, fallback }
}

/** Whether a value comes from `env()`. */
export function isEnvironmentValue(value: unknown): value is EnvironmentValue {
  return typeof value === 'object' && value !== null && secret in value
}

/** The options of the executor `threads`. */
export interface ThreadsConfig {
  /** The number of threads. @default the number of processors less one, and at least 1 */
  readonly threads?: number
  /** The most memory for the objects of each thread. @default what Node.js gives to a thread */
  readonly memory?: ByteSize
}

/** The options of the executor `processes`. */
export interface ProcessesConfig {
  /** The number of processes. @default the number of processors less one, and at least 1 */
  readonly processes?: number
  /** The most memory for the objects of each process. @default what Node.js gives to a process */
  readonly memory?: ByteSize
}

/** The settings of runs. */
export interface RunConfig {
  /** The maximum number of rows in progress at once. @default 1024 */
  readonly rowsInFlight?: number
  /** The maximum size of the rows in progress at once; a single larger row still passes. @default '64MiB' */
  readonly bytesInFlight?: ByteSize
  /** What happens to a row that fails: the run rejects it, or stops. @default 'reject' */
  readonly onError?: 'reject' | 'fail'
  /**
   * The number of rejected rows that a run accepts, or their share of the rows, such as '5%'. A run that exceeds it
   * fails and leaves its outputs unchanged. @default 20% of the rows of any step with at least 50 rows, 50% with at
   * least 10
   */
  readonly maxRejects?: number | `${number}%`
  /** The number of first rows after which a step stops the run if all of them fail alike. @default 20 */
  readonly failFast?: number
  /**
   * How many rows are compared with the declarations of sources and operators: the first rows and a sample, or every row.
   *
   * @default 'sample'
   */
  readonly checks?: 'sample' | 'strict'
  /**
   * Whether a run writes a ledger, which explains what happened to each row. With `checksums`, the ledger holds a
   * checksum of every row, so that `maestro diff` also finds changed rows for which no model was asked.
   *
   * @default true
   */
  readonly ledger?: boolean | 'checksums'
  /** Whether to replace an existing output even if no row reaches it. @default false: the run fails */
  readonly allowEmpty?: boolean
  /**
   * Whether the rows between stages stay when a run is done, so that `maestro export` can show them.
   *
   * @default false: they are removed, because only a run that is not done needs them
   */
  readonly keepStepFiles?: boolean
}
