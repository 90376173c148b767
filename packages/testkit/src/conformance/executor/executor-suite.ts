import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { Executor, Partition } from '@maestro-dataflow/core'
import { testkitError } from '../../errors.js'
import { growthOf } from '../growth.js'
import { MadeThings } from '../made-things.js'
import { Meeting } from '../meeting.js'
import { someTurns, watch, within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { processChangesOf } from '../process-changes.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { WorkerProject } from './worker-project.js'

/** The options of the suite for executors. */
export interface ExecutorSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The milliseconds within which an execution must end. @default 10000 */
  readonly patience?: number
}

interface ExecutorSubject {
  make(): Promise<Executor>
  /** The environment before the first execution. */
  readonly environment: NodeJS.ProcessEnv
  readonly patience: number
}

const partitions = (count: number, stage = 0): readonly Partition[] =>
  Array.from({ length: count }, (_, index) => ({ stage, index }))
const never = () => new AbortController().signal

const cases = {
  async 'has a name'({ make }: ExecutorSubject) {
    const { name } = await make()
    assert.ok(typeof name === 'string' && name.trim() !== '', 'it has no name')
  },

  async 'runs each partition once, and waits for all of them'(subject: ExecutorSubject) {
    for (const count of [0, 1, 7]) {
      const begun: Partition[] = []
      let ended = 0
      await execute(subject, partitions(count), async (partition) => {
        begun.push(partition)
        await someTurns()
        ended++
      })
      assert.deepEqual(
        begun.toSorted((one, other) => one.index - other.index),
        partitions(count),
      )
      assert.equal(ended, count, 'it ended before its partitions')
    }
  },

  async 'takes partitions from an iterable that can be read once'(subject: ExecutorSubject) {
    const begun: number[] = []
    await execute(subject, partitions(3).values(), async ({ index }) => void begun.push(index))
    assert.deepEqual(begun.toSorted(), [0, 1, 2])
  },

  async 'reports the failure of a partition'(subject: ExecutorSubject) {
    // Whether a failure is worth another try has been decided before the partition ends.
    const retryable = testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: 'A partition', reason: 'it fails' }).at({})
    Object.defineProperty(retryable, 'retryable', { value: true })
    for (const failure of [new RangeError('this one'), undefined, retryable]) {
      let times = 0
      const running = execute(subject, partitions(3), async ({ index }) => {
        await null
        if (index !== 1) return
        times++
        throw failure
      })
      const outcome = await watch(running).outcome
      assert.ok('error' in outcome, 'it ends well although a partition failed')
      assert.equal(outcome.error, failure, 'it throws something else than the partition')
      assert.equal(times, 1, 'it runs a partition again that has failed')
    }
  },

  async 'reports the first of several failures, when no partition runs any more'(subject: ExecutorSubject) {
    const failures: unknown[] = []
    let running = 0
    const run = async ({ index }: Partition) => {
      running++
      try {
        for (let turn = 0; turn < index; turn++) await someTurns()
        if (index % 2 === 0) return
        const failure = new RangeError(`partition ${index}`)
        failures.push(failure)
        throw failure
      } finally {
        running--
      }
    }
    const outcome = await watch(execute(subject, partitions(6), run)).outcome
    assert.ok('error' in outcome, 'it ends well although a partition failed')
    assert.equal(running, 0, `it ends while ${running} partitions run`)
    assert.equal(outcome.error, failures[0], 'it reports another failure than the first')
  },

  async 'starts no partition after one has failed'(subject: ExecutorSubject) {
    const failure = testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: 'A partition', reason: 'it fails' })
    let begun = 0
    const run = async () => {
      begun++
      throw failure
    }
    // As many as any executor would begin at once, and more.
    await watch(execute(subject, partitions(500), run)).outcome
    assert.ok(begun < 500, 'it runs all other partitions before it reports the failure')
  },

  async 'changes nothing else in the process'(subject: ExecutorSubject) {
    const executing = () => execute(subject, partitions(3), async () => someTurns())
    assert.deepEqual(await processChangesOf(() => withoutPrinting(executing), subject.environment), [])
  },

  async 'starts no partition after its signal has fired, and ends'(subject: ExecutorSubject) {
    const stop = new AbortController()
    let begun = 0
    let late = 0
    const run = async () => {
      if (stop.signal.aborted) late++
      begun++
      stop.abort()
      await someTurns()
    }
    // As many as any executor would begin at once, and more.
    await watch(execute(subject, partitions(500), run, stop.signal)).outcome
    assert.ok(begun > 0)
    assert.equal(late, 0, `${late} partitions began after the signal had fired`)
    const fired = await make(subject)
    await within(
      subject.patience,
      'an execution whose signal has fired before',
      watch(fired.execute(partitions(2), run, AbortSignal.abort())).outcome,
    )
    assert.equal(late, 0, 'partitions began although the signal had fired before')
  },

  async 'can be used again, also after a failure'(subject: ExecutorSubject) {
    const executor = await make(subject)
    const begun: number[] = []
    const run = async ({ index }: Partition) => void begun.push(index)
    const failing = executor.execute(partitions(1), () => Promise.reject(new RangeError('no')), never())
    await within(subject.patience, 'a failing execution', watch(failing).outcome)
    for (let time = 0; time < 2; time++)
      await within(subject.patience, 'an execution', executor.execute(partitions(2), run, never()))
    assert.deepEqual(begun, [0, 1, 0, 1])
  },

  async 'two concurrent executions do not affect each other'(subject: ExecutorSubject) {
    const executor = await make(subject)
    const meeting = new Meeting()
    const seen: Record<number, number[]> = { 1: [], 2: [] }
    const execution = (stage: number) => {
      const run = async ({ index, stage: of }: Partition) => {
        await meeting.arrive()
        seen[stage]?.push(of === stage ? index : Number.NaN)
      }
      return within(
        subject.patience,
        'an execution beside another',
        executor.execute(partitions(3, stage), run, never()),
      ).finally(() => meeting.end())
    }
    await Promise.all([execution(1), execution(2)])
    assert.deepEqual(
      [seen[1]?.toSorted(), seen[2]?.toSorted()],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    )
  },

  async 'can be disposed of twice, and before it is used'(subject: ExecutorSubject) {
    const executor = await make(subject)
    for (let time = 0; time < 2; time++) await within(subject.patience, 'freeing it', executor.dispose())
  },

  async 'frees what it holds'({ patience, ...subject }: ExecutorSubject) {
    const { signal } = new AbortController()
    const grown = await growthOf(async () => {
      const executor = await subject.make()
      await within(
        patience,
        'an execution',
        executor.execute(partitions(2), async () => undefined, signal),
      )
      await within(patience, 'freeing it', executor.dispose())
    })
    assert.deepEqual(grown, [], 'what each execution leaves behind')
    assert.equal(getEventListeners(signal, 'abort').length, 0, 'each execution leaves a listener on its signal')
  },

  async 'a run with it succeeds'(subject: ExecutorSubject) {
    const { defineExecutor, definePlugin, pipeline } = await import('@maestro-dataflow/core')
    const { maestro } = await import('@maestro-dataflow/core/runtime')
    const executor = await make(subject)
    const plugin = definePlugin({
      name: 'tested',
      executors: [defineExecutor({ name: 'tested.executor', workers: executor.workers, create: () => executor })],
    })
    const project = maestro({ plugins: [plugin], executor: 'tested.executor', logLevel: 'silent' } as never)
    const rows = Array.from({ length: 50 }, (_, n) => ({ n }))
    const steps = pipeline('testkit')
      .from(rows)
      .map(async (row) => ({ ...row }))
    const out = await within(subject.patience, 'the run', Array.fromAsync(project.rows(steps)))
    assert.deepEqual(out, rows)
    await project.dispose()
  },

  async 'a run with its workers gives what a run without them gives'(subject: ExecutorSubject) {
    const executor = await make(subject)
    if (executor.workers === undefined) return
    const project = await WorkerProject.create()
    try {
      const without = await within(subject.patience, 'the run in one thread', project.run())
      const { asked, ...ran } = await within(subject.patience, 'the run with workers', project.run(executor))
      assert.deepEqual(
        asked.map(({ steps }) => steps),
        [['add', 'choose', 'split', 'refuse']],
        'no worker took the steps',
      )
      assert.deepEqual(ran, { rows: without.rows, rejects: without.rejects, counts: without.counts })
    } finally {
      await project.dispose()
    }
  },

  async 'its workers refuse steps that are not those of the run'(subject: ExecutorSubject) {
    const executor = await make(subject)
    if (executor.workers === undefined) return
    const project = await WorkerProject.create()
    try {
      const [task] = (await within(subject.patience, 'the run with workers', project.run(executor))).asked
      assert.ok(task !== undefined, 'no worker took the steps')
      const other = { ...task, expected: { ...task.expected, 'the function add': 'another' } }
      const opening = executor.workers.open(other, { signal: never(), logger: project.logger })
      const outcome = await within(subject.patience, 'opening workers', watch(opening).outcome)
      assert.ok('error' in outcome, 'a worker took steps that differ from those of the run')
    } finally {
      await project.dispose()
    }
  },
}

const make = (subject: ExecutorSubject): Promise<Executor> => subject.make()

async function execute(
  subject: ExecutorSubject,
  given: Iterable<Partition>,
  run: (partition: Partition) => Promise<void>,
  signal: AbortSignal = never(),
): Promise<void> {
  const executor = await subject.make()
  await within(subject.patience, 'an execution', executor.execute(given, run, signal))
}

/** The cases of the suite for executors. */
export type ExecutorCase = keyof typeof cases

/**
 * The rules for every executor: each partition runs once and to its end, and its failure is the failure of the whole.
 *
 * @param makeExecutor Creates a new one at each call; the suite disposes what it created.
 */
export function executorSuite(
  makeExecutor: () => Executor | Promise<Executor>,
  options: ExecutorSuiteOptions<ExecutorCase> = {},
): Suite {
  const { patience = 10_000 } = options
  const made = new MadeThings(makeExecutor)
  return createSuite<ExecutorSubject, ExecutorCase>({
    title: 'an executor',
    cases,
    options,
    open: async () => ({ make: made.make, environment: { ...process.env }, patience }),
    close: () => made.dispose(patience),
  })
}
