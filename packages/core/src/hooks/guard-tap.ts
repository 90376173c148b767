import type { HookKind } from '../contracts/hooks.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import type { ObserverFailure } from './observer-failures.js'

/** A tap as it is given to a hook. */
export interface GuardedTap {
  readonly plugin: string
  readonly hook: string
  readonly kind: HookKind
  readonly critical: boolean
  /** How long, in milliseconds, a tap of a series is waited for. */
  readonly patience: number
  readonly fn: (event: unknown) => unknown
  failed(failure: ObserverFailure): void
}

/**
 * Keeps what a tap does wrong from the rows: one that only observes neither throws, nor rejects, nor hangs. A tap that is
 * critical, or that changes what passes through it, throws an error that names its plugin.
 */
export function guardTap(tap: GuardedTap): (event: unknown) => unknown {
  if (tap.kind === 'waterfall') return (event) => changed(tap, event)
  return tap.kind === 'sync' ? (event) => observe(tap, event) : (event) => observeInTurn(tap, event)
}

function changed(tap: GuardedTap, event: unknown): unknown {
  let result: unknown
  try {
    result = tap.fn(event)
  } catch (error) {
    throw MaestroError.is(error) ? error : tapError(tap, error)
  }
  if (!isPromise(result)) return result
  result.then(undefined, () => undefined)
  throw tapError(tap, new TypeError(`a tap of ${tap.hook} must not be asynchronous`))
}

function observe(tap: GuardedTap, event: unknown): void {
  try {
    const result = tap.fn(event)
    if (isPromise(result)) result.then(undefined, (error: unknown) => fail(tap, event, error))
  } catch (error) {
    const failure = fail(tap, event, error)
    if (tap.critical) throw failure
  }
}

async function observeInTurn(tap: GuardedTap, event: unknown): Promise<void> {
  try {
    await bounded(tap, tap.fn(event))
  } catch (error) {
    const failure = fail(tap, event, error)
    if (tap.critical) throw failure
  }
}

function bounded({ hook, patience }: GuardedTap, result: unknown): unknown {
  if (!isPromise(result)) return result
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new RangeError(`its tap of ${hook} did not end within ${patience / 1000} s`)),
    patience,
  )
  return Promise.race([result, promise]).finally(() => clearTimeout(timer))
}

function fail(tap: GuardedTap, event: unknown, cause: unknown): MaestroError {
  const { plugin, hook, critical } = tap
  const error = critical ? criticalError(tap, cause) : tapError(tap, cause)
  const { runId, run } = (event ?? {}) as { readonly runId?: string; readonly run?: string }
  tap.failed({ plugin, hook, error, run: runId ?? run, critical })
  return error
}

const tapError = ({ plugin }: GuardedTap, cause: unknown) =>
  maestroError('MAESTRO_PLUGIN_TAP', { plugin, reason: reasonOf(cause) }, cause)

const criticalError = ({ plugin }: GuardedTap, cause: unknown) =>
  maestroError('MAESTRO_PLUGIN_CRITICAL_TAP', { plugin, reason: reasonOf(cause) }, cause)

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
