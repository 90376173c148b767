import { maestroError } from '@maestro-dataflow/core'

/** A provider that checks its options. */
export function createStrict({ fetch: _, ...options }: Readonly<Record<string, unknown>>): object {
  const [unknown] = Object.keys(options)
  if (unknown === undefined) return {}
  throw maestroError('MAESTRO_SERVING_FAILED', { serving: 'strict', reason: `unknown option: ${unknown}` })
}
