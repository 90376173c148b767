import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { MaestroError, type Serving } from '@maestro-dataflow/core'
import { MadeThings } from './made-things.js'
import type { Settled } from './outcomes.js'
import type { SuiteOptions } from './suite.js'

/** The options that the suites for servings of all kinds share. */
export interface ServingSuiteOptions<Name extends string> extends SuiteOptions<Name> {
  /** Secrets that the serving received and must never show, such as its key. */
  readonly secrets?: readonly string[]
  /** The milliseconds within which a stopped call must end. @default 10000 */
  readonly patience?: number
  /** Make servings whose answers differ from those of the tested one, such as of another model or address. */
  readonly others?: readonly (() => Serving | Promise<Serving>)[]
}

/** A serving under test. */
export interface ServingSubject<S extends Serving> {
  /** Shared by the cases. */
  readonly serving: S
  /** A separate one, for cases that leave it unusable. */
  make(): Promise<S>
  readonly secrets: readonly string[]
  readonly patience: number
  readonly others: readonly (() => Serving | Promise<Serving>)[]
  /** The variables of the environment before it was made. */
  readonly environment: NodeJS.ProcessEnv
}

/** Creates the serving that the cases share, and a function that disposes it and all others. */
export function servingSubjects<S extends Serving>(
  makeServing: () => S | Promise<S>,
  { secrets = [], patience = 10_000, others = [] }: ServingSuiteOptions<string>,
) {
  const made = new MadeThings(makeServing)
  return {
    open: async (): Promise<ServingSubject<S>> => {
      const environment = { ...process.env }
      return { serving: await made.make(), make: made.make, secrets, patience, others, environment }
    },
    close: () => made.dispose(patience),
  }
}

/**
 * Checks that a call failed as the contracts require: with a typed error, of one of these codes, that shows no secret.
 */
export function assertTypedError(
  subject: Pick<ServingSubject<Serving>, 'secrets'>,
  outcome: Settled<unknown>,
  ...codes: readonly string[]
): void {
  const expected = codes.join(' or ') || 'a typed error'
  assert.ok('error' in outcome, `expected ${expected}, got ${'value' in outcome && inspect(outcome.value)}`)
  const { error } = outcome
  assert.ok(MaestroError.is(error), `expected ${expected}, got ${inspect(error)}`)
  if (codes.length > 0)
    assert.ok(codes.includes(error.code), `expected ${expected}, got ${error.code}: ${error.message}`)
  assert.match(error.code, /^[A-Z][A-Z0-9_]+$/)
  assert.ok(error.message.trim() !== '', `${error.code} has no message`)
  assert.ok((error.hint ?? '').trim() !== '', `${error.code} has no hint`)
  assert.doesNotThrow(() => JSON.stringify(error), `${error.code} cannot be written as JSON`)
  assertNoSecret(subject, error, 'the error')
}

/** Checks that a call either succeeded or failed with a typed error. */
export function assertSettled(subject: Pick<ServingSubject<Serving>, 'secrets'>, outcome: Settled<unknown>): void {
  if ('error' in outcome) assertTypedError(subject, outcome)
}

export function assertNoSecret(
  { secrets }: Pick<ServingSubject<Serving>, 'secrets'>,
  value: unknown,
  what: string,
): void {
  const shown = inspect(value, { depth: 20, maxArrayLength: null, maxStringLength: null, breakLength: Infinity })
  for (const secret of secrets) assert.ok(!shown.includes(secret), `${what} shows a secret`)
}
