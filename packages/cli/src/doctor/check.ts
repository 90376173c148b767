import { MaestroError } from '@maestro-dataflow/core'

/** The result of one check. */
export interface Check {
  /** The subject of the check: `node`, `config`, `plugin NAME`, `serving NAME` ... */
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  /** The remedy. */
  readonly hint?: string
}

/** The check for something that threw an error. */
export function failed(name: string, error: unknown): Check {
  if (!MaestroError.is(error))
    return { name, status: 'fail', message: error instanceof Error ? error.message : String(error) }
  const { message, hint } = error
  return { name, status: 'fail', message, ...(hint === undefined || hint === '' ? {} : { hint }) }
}
