import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipelinePlan } from '../../contracts/plan.js'
import type { RunReport } from '../../contracts/report.js'
import { maestroError } from '../../errors/error-table.js'
import { type Holder, livingHolder } from '../durability/lease.js'
import { LedgerReader } from '../ledger/read-ledger.js'
import { ledgerFile } from '../ledger/run-ledger.js'
import type { RejectLine } from '../state/journal.js'
import { readLines } from './read-lines.js'
import type { SavedSamples } from './row-samples.js'

/** The state of a run: a run that was killed, or that goes on, is unfinished. */
export type RunStatus = RunReport['status'] | 'unfinished'

/** A run as its folder shows it, in short. */
export interface RunSummary {
  readonly runId: string
  readonly pipeline: string
  readonly status: RunStatus
  /** ISO 8601. */
  readonly startedAt: string
  /** Undefined for an unfinished run, like `counts` and `usage`. */
  readonly durationMs: number | undefined
  readonly counts: RunReport['counts'] | undefined
  readonly usage: RunReport['usage'] | undefined
  readonly directory: string
}

/** One run, read from its folder. */
export class RunRecord {
  readonly directory: string
  readonly runId: string
  readonly plan: PipelinePlan
  /** Undefined for an unfinished run. */
  readonly report: RunReport | undefined
  #ledger: LedgerReader | undefined

  constructor(directory: string, runId: string, plan: PipelinePlan, report: RunReport | undefined) {
    this.directory = directory
    this.runId = runId
    this.plan = plan
    this.report = report
  }

  get status(): RunStatus {
    return this.report?.status ?? 'unfinished'
  }

  get ledger(): LedgerReader {
    this.#ledger ??= new LedgerReader(join(this.directory, ledgerFile))
    return this.#ledger
  }

  /** A few rows of the run; empty for an unfinished run. */
  get samples(): SavedSamples {
    return readJson<SavedSamples>(join(this.directory, 'samples.json')) ?? { steps: {}, output: { of: 0, rows: [] } }
  }

  get summary(): RunSummary {
    const { runId, plan, report, status, directory } = this
    return {
      runId,
      pipeline: plan.pipeline,
      status,
      startedAt: report?.startedAt ?? timeOf(runId),
      durationMs: report?.durationMs,
      counts: report?.counts,
      usage: report?.usage,
      directory,
    }
  }

  /**
   * The process that works on the run; undefined if none does. A process of another machine counts as long as it gives signs
   * of life, for which this waits some seconds.
   */
  holder(): Promise<Holder | undefined> {
    return livingHolder(join(this.directory, 'lease'), { what: this.runId })
  }

  /** The run as its folder shows it now. */
  reread(): RunRecord {
    return readRecord(this.directory, this.runId) ?? this
  }

  /** The lines of `rejects.jsonl`, without one that a crash has cut off. There may be more than fit into memory. */
  *rejects(): Generator<RejectLine, undefined> {
    for (const line of readLines(join(this.directory, 'rejects.jsonl'))) yield JSON.parse(line) as RejectLine
  }

  /** The lines of `rejects.jsonl` about one row. */
  rejectsOf(id: string): readonly RejectLine[] {
    const lines = readLines(join(this.directory, 'rejects.jsonl'), `{"id":${JSON.stringify(id)},`)
    return Array.from(lines, (line) => JSON.parse(line) as RejectLine)
  }
}

/** The runs whose folders are kept, newest first. */
export async function listRuns(stateDirectory: string): Promise<readonly RunRecord[]> {
  const folder = join(stateDirectory, 'runs')
  if (!existsSync(folder)) return []
  const names = (await readdir(folder)).sort().reverse()
  return names.flatMap((name) => readRecord(join(folder, name), name) ?? [])
}

/**
 * A run by its id, by a part of its id, or by the name of its pipeline, of which the newest run is meant. Without a name,
 * the newest run of all.
 *
 * @throws MAESTRO_RUN_UNKNOWN
 */
export async function findRun(stateDirectory: string, name?: string): Promise<RunRecord> {
  const runs = await listRuns(stateDirectory)
  const found =
    name === undefined
      ? runs[0]
      : (runs.find(({ runId }) => runId === name) ??
        runs.find(({ plan }) => plan.pipeline === name) ??
        runs.find(({ runId }) => runId.includes(name)))
  if (found !== undefined) return found
  throw maestroError('MAESTRO_RUN_UNKNOWN', {
    run: name ?? 'the newest',
    known: runs.slice(0, 5).map(({ runId }) => runId),
  })
}

function readRecord(directory: string, runId: string): RunRecord | undefined {
  const plan = readJson<PipelinePlan>(join(directory, 'plan.json'))
  if (plan === undefined) return undefined
  return new RunRecord(directory, runId, plan, readJson<RunReport>(join(directory, 'report.json')))
}

/** Undefined for a file that is missing or not whole. */
function readJson<Value>(path: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Value
  } catch {
    return undefined
  }
}

/** The start of a run, from its id. */
function timeOf(runId: string): string {
  const [, year, month, day, hour, minute, second, milli] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})/.exec(runId) ?? []
  return year === undefined ? '' : `${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}Z`
}
