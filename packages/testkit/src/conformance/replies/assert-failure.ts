import assert from 'node:assert/strict'
import { MaestroError } from '@maestro-dataflow/core'

/** Checks the code of an error, without `MAESTRO_SERVING_`, and the words that it must contain. */
export function assertFailure(
  given: unknown,
  { code, words = '' }: { readonly code?: string; readonly words?: string },
): void {
  assert.ok(MaestroError.is(given), `expected ${code}, got ${JSON.stringify(given)}`)
  assert.equal(given.code, `MAESTRO_SERVING_${code}`, given.message)
  assert.ok(given.message.includes(words), `"${words}" does not stand in: ${given.message}`)
}
