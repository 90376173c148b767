import type { ComponentDefinition } from './component-definition.js'
import type { WorkerPool } from './step-workers.js'
import type { TableEngine } from './table-engine.js'

/** One part of a stage's input: consecutive source records. It is the unit of commit, resumption, and distribution. */
export interface Partition {
  readonly stage: number
  readonly index: number
}

/** Runs partitions: in this thread, in workers, or as jobs on other machines. */
export interface Executor {
  readonly name: string
  /** Runs each partition once. It resolves when all of them are done, and rejects with the first failure. */
  execute(
    partitions: Iterable<Partition>,
    run: (partition: Partition) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Runs row steps elsewhere: in threads, or in processes on other machines. The process of the run still reads the
   * source and writes everything, in order. Missing for an executor that runs the steps in the process of the run.
   */
  readonly workers?: WorkerPool | undefined
  dispose(): Promise<void>
}

/** An executor as a plugin contributes it. */
export interface ExecutorDefinition extends ComponentDefinition<Executor> {
  /**
   * Set if its executors have workers: what these can do. The plan says which steps they run without creating an
   * executor.
   */
  readonly workers?: Pick<WorkerPool, 'asksServings' | 'startsWhenBusy'> | undefined
}

/** A table engine as a plugin contributes it. */
export type TableEngineDefinition = ComponentDefinition<TableEngine>
