/** The code of a failure, its details, and its hint. The functions that `defineErrors` returns create it. */
export interface MaestroErrorInit {
  readonly code: string
  readonly message: string
  readonly hint?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly retryable?: boolean | undefined
  readonly stopsRun?: boolean | undefined
  readonly cause?: unknown
}

/** Where a failure happened. It is added on the way up and never overwritten. */
export interface ErrorPlace {
  readonly plugin?: string | undefined
  readonly step?: string | undefined
  readonly rowId?: string | undefined
  /** How often it was tried. */
  readonly tries?: number | undefined
}

const marker: unique symbol = Symbol.for('maestro-dataflow.error')

/**
 * The only error class of the framework: a code from a table, typed details, and a hint that says what to do.
 *
 * Recognize it with `MaestroError.is(error, code)`, which also works across two installed copies of this package.
 */
export class MaestroError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>>
  /** Whether the same call may succeed when it is repeated. The runner reads this and never the message. */
  readonly retryable: boolean
  /** Whether it ends the run instead of rejecting the row. */
  readonly stopsRun: boolean
  plugin: string | undefined
  step: string | undefined
  rowId: string | undefined
  tries: number | undefined

  constructor(init: MaestroErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'MaestroError'
    this.code = init.code
    this.hint = init.hint
    this.details = init.details ?? {}
    this.retryable = init.retryable ?? false
    this.stopsRun = init.stopsRun ?? false
    Object.defineProperty(this, marker, { value: true })
  }

  /** Whether a value is a MaestroError, of the given code if one is named. */
  static is(value: unknown, code?: string): value is MaestroError {
    const marked = typeof value === 'object' && value !== null && marker in value
    return marked && (code === undefined || (value as unknown as MaestroError).code === code)
  }

  /** Adds where the error happened; known properties stay. */
  at(place: ErrorPlace): this {
    this.plugin ??= place.plugin
    this.step ??= place.step
    this.rowId ??= place.rowId
    this.tries ??= place.tries
    return this
  }

  /** The error as data, for journals, rejected rows, and `--json` output. */
  toJSON(): Record<string, unknown> {
    const { code, message, hint, details, retryable, plugin, step, rowId, tries } = this
    return dropUndefined({
      code,
      message,
      hint,
      details,
      retryable,
      plugin,
      step,
      rowId,
      tries,
      cause: describeCause(this.cause),
    })
  }
}

function describeCause(cause: unknown): string | undefined {
  if (cause === undefined) return undefined
  if (cause instanceof Error) return `${cause.name}: ${cause.message}`
  // A value without a text of its own is named by its type, because reporting an error must not fail.
  return typeof cause === 'object' ? Object.prototype.toString.call(cause) : String(cause)
}

function dropUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
