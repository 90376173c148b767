import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { CallOptions, Serving } from '@maestro-dataflow/core'
import { collectGarbage } from './collect-garbage.js'
import { grownAfter, growthOf } from './growth.js'
import { onAnotherDay } from './on-another-day.js'
import { someTurns, watch, within } from './outcomes.js'
import { processChangesOf } from './process-changes.js'
import { assertNoSecret, assertSettled, assertTypedError, type ServingSubject } from './serving-subject.js'

/** How the cases that all kinds share ask a serving. */
interface Asking<S extends Serving, Subject extends ServingSubject<S>> {
  /** A call that is answered quickly. */
  quick(subject: Subject, serving: S, options?: CallOptions): Promise<unknown>
  /** A call that takes a while, if the serving can be made to do so. */
  long(subject: Subject, serving: S, options: CallOptions): Promise<unknown>
}

const secretName = /api.?key|access.?key|secret|password|passphrase|credential|authorization/i

/**
 * The rules for servings of every kind: they describe themselves, keep secrets, stop when told to, and can be disposed.
 */
export const lifeCases = <S extends Serving, Subject extends ServingSubject<S>>({
  quick,
  long,
}: Asking<S, Subject>) => ({
  async 'says what it is'({ serving }: Subject) {
    const { name, provider = name, model = name, identity, price, concurrency } = serving
    for (const [what, text] of Object.entries({ name, provider, model }))
      assert.ok(typeof text === 'string' && text.trim() !== '', `${what} is empty`)
    if (identity !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(identity)), withoutUndefined(identity))
    if (concurrency !== undefined)
      assert.ok(Number.isInteger(concurrency) && concurrency > 0, `concurrency is ${concurrency}`)
    if (price === undefined) return
    const { input, output = 0, cachedInput = 0, request = 0 } = price
    for (const [what, dollars] of Object.entries({ input, output, cachedInput, request }))
      assert.ok(Number.isFinite(dollars) && dollars >= 0, `the price of ${what} is ${dollars}`)
  },

  async 'describes itself alike at each making'(subject: Subject) {
    const { serving, make } = subject
    const facts = (one: S) => {
      const { kind, name, provider, model, account, identity, price, concurrency } = one
      const capabilities = 'capabilities' in one ? one.capabilities : undefined
      return { kind, name, provider, model, account, identity, price, concurrency, capabilities }
    }
    const reason = 'with another identity, no answer is found again in the cache'
    const before = structuredClone(facts(serving))
    await quick(subject, serving)
    assert.deepEqual(facts(serving), before, `after a call: ${reason}`)
    assert.deepEqual(facts(await make()), before, reason)
    assert.deepEqual(facts(await onAnotherDay(async () => make())), before, `on another day or machine: ${reason}`)
  },

  async 'another model has another identity'({ serving, others }: Subject) {
    for (const make of others) {
      const other = await make()
      const facts = [serving, other].map(({ name, model, identity }) => JSON.stringify({ name, model, identity }))
      await other.dispose?.()
      assert.notEqual(facts[0], facts[1], 'the answers of one would be found in the cache for the other')
    }
  },

  async 'shows no secret'(subject: Subject) {
    const { name, provider, model, account, identity, price } = subject.serving
    assertNoSecret(subject, { name, provider, model, account, identity, price }, 'what it says of itself')
    const kept = Object.keys(identity ?? {}).filter((key) => secretName.test(key))
    assert.deepEqual(kept, [], 'its identity, which is kept with answers, holds what must stay secret')
  },

  async 'a call with a signal that has fired is not made'(subject: Subject) {
    const call = watch(long(subject, subject.serving, { signal: AbortSignal.abort() }))
    const outcome = await within(subject.patience, 'a call with a fired signal', call.outcome)
    assertTypedError(subject, outcome, 'MAESTRO_SERVING_ABORTED')
  },

  async 'a call ends when its signal fires'(subject: Subject) {
    const { serving, patience } = subject
    const stop = new AbortController()
    const call = watch(long(subject, serving, { signal: stop.signal }))
    await someTurns()
    const early = call.settled
    stop.abort()
    const outcome = await within(patience, 'a stopped call', call.outcome)
    if (early) assertSettled(subject, outcome)
    else assertTypedError(subject, outcome, 'MAESTRO_SERVING_ABORTED')
    await quick(subject, serving)
  },

  async 'a signal stops its own call alone'(subject: Subject) {
    const { serving, patience } = subject
    const stop = new AbortController()
    const stopped = watch(long(subject, serving, { signal: stop.signal }))
    const other = quick(subject, serving)
    stop.abort()
    await other
    await within(patience, 'a stopped call', stopped.outcome)
  },

  async 'a call ends when its time is over'(subject: Subject) {
    const { serving, patience } = subject
    const call = () => long(subject, serving, { timeout: 1 })
    const failure = await endOfOneMillisecond(call, patience, 'a call of one millisecond')
    if (failure !== undefined) assertTypedError(subject, failure, 'MAESTRO_SERVING_TIMEOUT')
    await quick(subject, serving)
  },

  async 'a call has both its signal and its time-out'(subject: Subject) {
    const { serving, patience } = subject
    const stop = new AbortController()
    const stopped = watch(long(subject, serving, { signal: stop.signal, timeout: 100 * patience }))
    await someTurns()
    const early = stopped.settled
    stop.abort()
    const first = await within(patience, 'a stopped call that has a time-out', stopped.outcome)
    if (early) assertSettled(subject, first)
    else assertTypedError(subject, first, 'MAESTRO_SERVING_ABORTED')
    const { signal } = new AbortController()
    const call = () => long(subject, serving, { signal, timeout: 1 })
    const failure = await endOfOneMillisecond(call, patience, 'a call of one millisecond that has a signal')
    if (failure !== undefined) assertTypedError(subject, failure, 'MAESTRO_SERVING_TIMEOUT')
  },

  async 'calls leave nothing behind'(subject: Subject) {
    const { signal } = new AbortController()
    const { serving } = subject
    const asked = () => quick(subject, serving, { signal, timeout: 100 * subject.patience })
    const changes = await processChangesOf(async () => {
      assert.deepEqual(await growthOf(asked), [], 'what each call leaves behind')
    }, subject.environment)
    assert.deepEqual(changes, [], 'what calls change for everything else in the process')
    const listeners = () => getEventListeners(signal, 'abort').length
    // Those of a fetch go when its request is collected.
    if (listeners() >= grownAfter) await collectGarbage()
    assert.ok(listeners() < grownAfter, `${listeners()} listeners of earlier calls wait for the signal`)
  },

  async 'can be freed twice, and at the same time'({ make, patience }: Subject) {
    const serving = await make()
    const free = () => within(patience, 'freeing it', Promise.resolve(serving.dispose?.()))
    await free()
    await Promise.all([free(), free()])
  },

  async 'can be freed after a call, and then answers anew or says that it cannot'(subject: Subject) {
    const serving = await subject.make()
    await quick(subject, serving)
    await within(subject.patience, 'freeing it', Promise.resolve(serving.dispose?.()))
    const again = watch(quick(subject, serving))
    assertSettled(subject, await within(subject.patience, 'a call after that', again.outcome))
  },

  async 'a call that is under way when it is freed ends'(subject: Subject) {
    const serving = await subject.make()
    if (serving.dispose === undefined) return
    const stop = new AbortController()
    const call = watch(long(subject, serving, { signal: stop.signal }))
    await someTurns()
    await within(subject.patience, 'freeing it', Promise.resolve(serving.dispose?.()))
    // Work that continues after that must still receive its signal.
    stop.abort()
    assertSettled(subject, await within(subject.patience, 'the call', call.outcome))
  },
})

/**
 * Makes a call that has one millisecond and returns its failure, or nothing if it answered before its time was over. On a
 * busy machine an answer and the end of its time arrive in one turn of the event loop, so a late answer is asked again.
 */
async function endOfOneMillisecond(call: () => Promise<unknown>, patience: number, what: string) {
  for (let tries = 0; tries < 5; tries++) {
    let over = false
    const timer = setTimeout(() => {
      over = true
    }, 1)
    const outcome = await within(patience, what, watch(call()).outcome)
    clearTimeout(timer)
    if (!('value' in outcome)) return outcome
    if (!over) return undefined
  }
  assert.fail(`${what} answered although its time was over`)
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
