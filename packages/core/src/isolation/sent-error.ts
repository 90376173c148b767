import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import { encodeStepValue } from '../provider/step-codec.js'

/** An error on its way from one process to the other. */
export interface SentError {
  readonly message: string
  /** Missing for an error that is not a MaestroError. */
  readonly code?: string | undefined
  readonly hint?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly retryable?: boolean | undefined
  readonly stopsRun?: boolean | undefined
}

/** Turns an error into data. A refusal of Node's permission model becomes an error that names the plugin. */
export function sendError(error: unknown, plugin: string): SentError {
  const known = MaestroError.is(error) ? error : denial(error, plugin)
  if (known === undefined) return { message: reasonOf(error) }
  const { code, message, hint, details, retryable, stopsRun } = known
  return { code, message, hint, details: asData(details), retryable, stopsRun }
}

/** Makes an error of the data again. The data may come from a process that is not trusted. */
export function receiveError(sent: SentError, plugin: string): Error {
  const { code, details } = sent
  const message = String(sent.message)
  if (typeof code !== 'string') return new Error(message)
  return new MaestroError({
    code,
    message,
    hint: typeof sent.hint === 'string' ? sent.hint : undefined,
    details: typeof details === 'object' && details !== null ? details : undefined,
    retryable: sent.retryable === true,
    stopsRun: sent.stopsRun === true,
  }).at({ plugin })
}

/** What Node's permission model calls each thing, in our words. */
const deeds: Readonly<Record<string, string>> = {
  FileSystemRead: 'read',
  FileSystemWrite: 'write',
  ChildProcess: 'start another program',
  WorkerThreads: 'start a worker thread',
  WASI: 'use WASI',
  Inspector: 'open the debugger',
  Net: 'connect to',
}

function denial(error: unknown, plugin: string): MaestroError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, permission = '', resource = '' } = cause as { code?: string; permission?: string; resource?: string }
    if (code === 'ERR_DLOPEN_DISABLED' || code === 'ERR_LOAD_SQLITE_EXTENSION')
      return maestroError('MAESTRO_PLUGIN_DENIED', { plugin, deed: 'load native code' }, cause)
    if (code !== 'ERR_ACCESS_DENIED') continue
    const deed = deeds[permission] ?? (permission === '' ? cause.message : `use ${permission}`)
    const object = ['read', 'write', 'connect to'].includes(deed) ? ` ${resource}` : ''
    return maestroError('MAESTRO_PLUGIN_DENIED', { plugin, deed: `${deed}${object}` }, cause)
  }
  return undefined
}

/** The details, unless they hold what cannot be sent. */
function asData(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  try {
    encodeStepValue(details)
    return details
  } catch {
    return undefined
  }
}
