import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { MaestroError, type Row } from '@maestro-dataflow/core'
import { collectGarbage } from '../collect-garbage.js'
import { grownAfter, growthOf } from '../growth.js'
import { HeldServings } from '../held-servings.js'
import { watch, within } from '../outcomes.js'
import { processChangesOf } from '../process-changes.js'
import { attempted } from './operator-row-cases.js'
import { assertSame } from './operator-run.js'
import type { OperatorSubject, RunSettings } from './operator-subject.js'
import { WatchedOperator } from './watched-operator.js'

/** The rules for the end of an operator's work. */
export const operatorLifeCases = {
  async 'it ends when its signal fires, and can run again'(subject: OperatorSubject) {
    const { patience, samples } = subject
    const servings = new HeldServings()
    const project = await subject.project(servings)
    const before = await attempted(subject, samples)
    const stop = new AbortController()
    servings.hold = true
    servings.onHeld = () => stop.abort()
    let calls = 0
    const onCall = () => {
      // The first calls are under way when the signal fires.
      if (++calls === samples.length) setImmediate(() => stop.abort())
    }
    const { calls: under, failure } = await stopped(subject, { project, signal: stop.signal, onCall })
    if (failure !== undefined)
      assert.ok(MaestroError.is(failure, 'MAESTRO_RUN_ABORTED'), `the run did not end by its signal: ${failure}`)
    const ends = under.map((call) =>
      within(patience, 'a call of the operator, after its signal had fired,', call.outcome),
    )
    await Promise.all(ends)
    servings.hold = false
    const after = await attempted(subject, samples, { project })
    if (before === undefined) return
    assert.ok(after !== undefined, 'a run after an aborted one fails')
    if (subject.deterministic) assertSame(subject, samples, before, after, 'before an aborted run', 'after it')
  },

  async 'no work continues after the run'(subject: OperatorSubject) {
    const servings = new HeldServings()
    const project = await subject.project(servings)
    const answers = Promise.withResolvers<void>()
    servings.until = answers.promise
    const run = watch(attempted(subject, subject.samples, { project }))
    // A run that waits for its answers does not end before they arrive.
    await Promise.race([run.outcome, sleep(300)])
    const inProgress = run.settled ? servings.inProgress : 0
    answers.resolve()
    await run.outcome
    assert.equal(inProgress, 0, 'the run ends while calls to servings are in progress')
  },

  async 'it frees its resources'(subject: OperatorSubject) {
    const { patience, samples } = subject
    const watched = new WatchedOperator({})
    await attempted(subject, samples, { watched })
    for (const disposal of watched.disposals) {
      const outcome = await within(patience, 'its disposal', disposal.outcome)
      assert.ok('value' in outcome, `its disposal fails: ${'error' in outcome && outcome.error}`)
    }
    const changes = await processChangesOf(() => attempted(subject, samples))
    assert.deepEqual(changes, [], 'what a run changes for everything else in the process')
    const grown = await growthOf(() => attempted(subject, samples))
    assert.deepEqual(grown, [], 'what each run leaves behind')
    const left = await listenersOf(subject, samples)
    const more = (await listenersOf(subject, Array.from({ length: grownAfter * 4 }, () => samples).flat())) - left
    assert.ok(more < grownAfter, `it leaves listeners on its signal: ${more} more with more rows`)
  },

  async 'it keeps no rows of a run that has ended'(subject: OperatorSubject) {
    const rows: WeakRef<object>[][] = []
    for (let run = 0; run < grownAfter; run++) {
      const watched = new WatchedOperator({})
      await attempted(subject, subject.samples, { watched })
      rows.push(watched.rows)
    }
    await collectGarbage()
    const kept = rows.filter((seen) => seen.some((row) => row.deref() !== undefined))
    assert.ok(kept.length < grownAfter, `it keeps rows of all ${kept.length} runs`)
  },
}

/** How many listeners the signals of a run have at the end of its last call. */
async function listenersOf(subject: OperatorSubject, rows: readonly Row[]): Promise<number> {
  let most = 0
  const watched: WatchedOperator = new WatchedOperator({
    onCall: () => {
      for (const signal of watched.signals) most = Math.max(most, getEventListeners(signal, 'abort').length)
    },
  })
  await attempted(subject, rows, { watched, concurrency: 1 })
  return most
}

/** A run whose signal fires. A quick operator may be done before. @returns how the run failed, and its calls */
async function stopped(subject: OperatorSubject, settings: RunSettings) {
  const watched = new WatchedOperator(settings)
  const many = Array.from({ length: 20 }, () => subject.samples).flat()
  const run = watch(subject.run(many, { ...settings, watched }))
  const outcome = await run.outcome
  return { calls: watched.calls, failure: 'error' in outcome ? outcome.error : undefined }
}
