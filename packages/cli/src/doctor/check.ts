import { MaestroError } from '@maestro-dataflow/core'

/** What one check found. */
export interface Check {
  /** What was looked at: `node`, `config`, `plugin NAME`, `serving NAME` ... */
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  /** What to do. */
  readonly hint?: string
}

/** The check of something that threw. */
export function failed(name: string, error: unknown): Check {
  if (!MaestroError.is(error))
    return { name, status: 'fail', message: error instanceof Error ? error.message : String(error) }
  const { message, hint } = error
  return { name, status: 'fail', message, ...(hint === undefined || hint === '' ? {} : { hint }) }
}
