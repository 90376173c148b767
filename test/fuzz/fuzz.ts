// Tries broken inputs in processes with limits on memory and time, so that a crash or a hang is an outcome like others.
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { targets } from './targets.ts'
import type { Batch, BatchOutcome } from './try-batch.ts'

export interface FuzzSettings {
  /** The number of inputs for each target. */
  readonly perTarget: number
  readonly seed: number
  /** The names of targets. @default all */
  readonly only?: readonly string[]
}

/** What is wrong with a target. The seed and the number find the input again. */
export interface Fault {
  readonly target: string
  readonly seed: number
  readonly input: number
  readonly what: string
}

export interface TargetReport {
  readonly target: string
  readonly inputs: number
  readonly seconds: number
  readonly megabytes: number
  readonly faults: readonly Fault[]
}

const batchSize = 25
/** For one batch, in milliseconds. A document may take 20 s of them before it is rejected. */
const patience = 120_000
const heapMegabytes = 512
const residentMegabytes = 1500

/** Tries all targets, one after the other. A process that ended is replaced by a new one. */
export async function* fuzz({ perTarget, seed, only }: FuzzSettings): AsyncGenerator<TargetReport> {
  let process: ChildProcess | undefined
  for (const target of only ?? Object.keys(targets)) {
    const started = performance.now()
    const faults: Fault[] = []
    let memory = 0
    for (let done = 0; done < perTarget; done += batchSize) {
      const batch = { target, seed: seed + done, count: Math.min(batchSize, perTarget - done) }
      process = process?.connected === true ? process : start()
      const outcome = await tryWithin(process, batch)
      faults.push(...outcome.problems.map((problem) => ({ target, seed: batch.seed, ...problem })))
      memory = Math.max(memory, outcome.memory)
    }
    const megabytes = Math.round(memory / 1e6)
    if (megabytes > residentMegabytes)
      faults.push({ target, seed, input: -1, what: `the process took ${megabytes} MB` })
    yield { target, inputs: perTarget, seconds: (performance.now() - started) / 1000, megabytes, faults }
  }
  if (process?.connected === true) process.disconnect()
}

function start(): ChildProcess {
  const process = fork(join(import.meta.dirname, 'try-batch.ts'), {
    execArgv: [`--max-old-space-size=${heapMegabytes}`, '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  process.setMaxListeners(0)
  return process
}

function tryWithin(process: ChildProcess, batch: Batch): Promise<BatchOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: BatchOutcome) => {
      clearTimeout(clock)
      process.off('message', end)
      process.off('exit', crashed)
      resolve(outcome)
    }
    const problem = (what: string) => end({ problems: [{ input: -1, what }], memory: 0 })
    const crashed = (code: number | null, signal: string | null) => problem(`the process ended with ${signal ?? code}`)
    const clock = setTimeout(() => {
      process.off('exit', crashed)
      process.kill('SIGKILL')
      problem(`the batch took more than ${patience / 1000} s`)
    }, patience)
    process.on('message', end)
    process.on('exit', crashed)
    process.send(batch)
  })
}
