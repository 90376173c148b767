import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Operator, OperatorResult, RejectedRow } from '../contracts/operator.js'
import type { TableOperatorObject } from '../contracts/operator-functions.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { SourceBatch } from '../contracts/source.js'
import type { TableEngine } from '../contracts/table-engine.js'
import { maestroError } from '../errors/error-table.js'
import { ColumnInference } from '../pipeline/compile/infer-columns.js'
import { soundStatements } from '../pipeline/compile/sound-statements.js'
import { SeenIds } from './checks/seen-ids.js'
import { StepChecks } from './checks/step-checks.js'
import { assertTableOutput } from './checks/table-output.js'
import { withUniqueIds } from './checks/unique-ids.js'
import { allFailed, RejectPolicy } from './report/reject-policy.js'
import { StepCounter } from './report/step-counter.js'
import { estimateBytes } from './source/read-source.js'
import { readStepFile, StepFileWriter } from './state/step-file.js'
import { BatchQueue } from './stream/batch-queue.js'
import { batchSizeOf, rowFunction } from './stream/create-row-step.js'
import type { RowStep } from './stream/row-step.js'
import { RowStream } from './stream/row-stream.js'
import { untilStopped } from './stream/until-stopped.js'

interface AloneOptions {
  readonly signal?: AbortSignal | undefined
}

const rowsInFlight = 1024
const bytesInFlight = 64 * 1024 * 1024

/**
 * Runs a row operator on its own: it streams the storage's current step through the operator into the next step. The
 * result lists the rows that failed. When every row fails, it writes nothing.
 *
 * @throws MAESTRO_RUN_ALL_FAILED, MAESTRO_RUN_ABORTED
 */
export async function runOperator(
  operator: Operator,
  storage: RowStorage,
  options: AloneOptions = {},
): Promise<OperatorResult> {
  const signal = options.signal ?? new AbortController().signal
  const folder = await mkdtemp(join(tmpdir(), 'maestro-'))
  const counter = new StepCounter()
  const rejected: RejectedRow[] = []
  const unread: RejectedRow[] = []
  const seen = new SeenIds()
  const policy = new RejectPolicy({})
  const queue = new BatchQueue()
  const name = operator.constructor.name
  const stream = new RowStream({
    steps: [toRowStep(operator, name, counter)],
    rowsInFlight,
    bytesInFlight,
    spillPath: join(folder, 'spill.jsonl'),
    run: name,
    params: undefined,
    signal,
    reject: (_step, rowId, row, error) => {
      rejected.push({ rowId, row, error })
      policy.add(name, counter, error)
    },
    emit: (ids, rows) => queue.write({ ids, rows }),
  })
  const step = storage.step()
  const feed = async () => {
    for await (const read of untilStopped(step.read(), stream.signal)) {
      const batch = withUniqueIds(read, seen)
      unread.push(...rejectsOf(batch))
      await stream.feed(batch.ids, batch.rows, estimateBytes(batch))
    }
    await stream.finish()
    const last = rejected.at(-1)
    if (last !== undefined && rejected.length === counter.rowsIn) throw allFailed(name, counter, last.error)
  }
  const feeding = feed().then(
    () => queue.end(),
    (error) => queue.fail(error),
  )
  try {
    const written = await step.write(queue)
    return { ...written, rowsIn: counter.rowsIn + unread.length, rejected: [...unread, ...rejected] }
  } finally {
    await stream.dispose()
    await feeding
    await rm(folder, { recursive: true, force: true })
  }
}

/** The records of an input that could not be read as rows. The reader of the input counts them as rejected. */
function rejectsOf({ rejects = [] }: SourceBatch): readonly RejectedRow[] {
  return rejects.map(({ id, row, error }) => ({ rowId: id, row, error }))
}

function toRowStep(operator: Operator, id: string, counter: StepCounter): RowStep {
  const { kind } = operator
  const run = rowFunction(operator)
  if (run === undefined || kind === 'table' || kind === 'opaque') {
    throw maestroError('MAESTRO_STEP_CREATE', { step: id, reason: `a ${kind} operator does not run row by row` })
  }
  const size = batchSizeOf(id, operator)
  const own = { ...(size === undefined ? {} : { size }), ...(kind === 'map' ? { effects: operator.columns } : {}) }
  const about = { id, use: id, kind, plugin: undefined, effects: operator.columns, isFunction: false }
  const checks = new StepChecks(about, undefined)
  return { id, counter, onError: 'reject', kind, run, checks, ...own } as RowStep
}

/** Runs a table operator on its own: the storage's rows pass through a temporary step file and the table engine. */
export async function runTableOperator(
  operator: Operator & TableOperatorObject,
  storage: RowStorage,
  options: AloneOptions = {},
): Promise<OperatorResult> {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-'))
  const rejected: RejectedRow[] = []
  let engine: TableEngine | undefined
  let input: StepFileWriter | undefined
  try {
    const step = storage.step()
    input = await StepFileWriter.open(join(folder, 'input.jsonl'))
    const inference = new ColumnInference()
    const seen = new SeenIds()
    for await (const read of step.read()) {
      const batch = withUniqueIds(read, seen)
      rejected.push(...rejectsOf(batch))
      inference.add(batch.rows)
      await input.write(batch)
    }
    await input.commit()
    const unread = rejected.length
    engine = await operator.createEngine()
    const columns = { columns: inference.columns, open: false }
    const statements = soundStatements(operator.constructor.name, operator.statements)
    const prepared = await engine.prepare(statements, columns)
    const [fault] = prepared.faults
    if (fault !== undefined) throw fault.at({ step: operator.constructor.name })
    const output = join(folder, 'output.jsonl')
    const counts = await engine.execute({
      input: [{ path: input.path, format: 'step' }],
      columns,
      statements,
      output: { path: output, format: 'step' },
      reject: (row) => rejected.push({ rowId: row.id, row: row.row, error: row.error }),
      signal: options.signal ?? new AbortController().signal,
      directory: folder,
    })
    const name = operator.constructor.name
    const adds = prepared.columns ?? prepared.adds ?? {}
    await assertTableOutput({
      place: { step: name, use: name, engine: engine.name },
      statements,
      adds,
      input: [{ path: input.path, format: 'step' }],
      output: { path: output, format: 'step' },
      counts,
    })
    const written = await step.write(readStepFile(output))
    return { ...written, rowsIn: counts.rowsIn + unread, rejected }
  } finally {
    await engine?.dispose()
    await input?.abort()
    await rm(folder, { recursive: true, force: true })
  }
}
