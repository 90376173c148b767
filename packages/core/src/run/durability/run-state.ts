import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RunReport } from '../../contracts/report.js'
import { maestroError } from '../../errors/error-table.js'
import { leaseFolder } from '../state/run-folder.js'
import { holderOf } from './lease.js'
import { readJson } from './read-json.js'
import { readSealed, writeSealed } from './sealed-file.js'

/** The version of the files of a run that can be resumed. It changes when an older run can no longer be read. */
const format = 1

/** What a command line needs to resume a run that it started. */
export interface RunCommand {
  /** The name of the pipeline, or the path of its file. */
  readonly pipeline: string
  /** The parameters of the pipeline as they were given. */
  readonly set: Readonly<Record<string, string>>
  readonly output?: string | undefined
  /** The serving that was asked instead of the default one. */
  readonly serving?: string | undefined
  /** The question of which the command made the pipeline, instead of finding it in the project. */
  readonly question?: FileQuestion | undefined
}

/** A question about each row of a file, as `maestro enrich` asks it. */
export interface FileQuestion {
  readonly file: string
  readonly text: string
  /** The options of the command. */
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>
}

/** What identifies a run, and the settings that have to be the same when it is resumed. */
export interface RunState {
  readonly runId: string
  readonly pipeline: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly limit?: number | undefined
  readonly overwrite: boolean
  readonly allowEmpty?: boolean | undefined
  /** Whether the rows between its stages stay when it is done. @default false */
  readonly keepStepFiles?: boolean | undefined
  /** The steps after which the run has stopped, or was to stop. They end a stage. */
  readonly cuts?: readonly string[] | undefined
  /** Whether the run reuses no answer of another run. */
  readonly fresh?: boolean | undefined
  /** The number of the lease with which the run was resumed to ask again what it had answered: older answers do not count. */
  readonly freshSince?: number | undefined
  /** Whether the whole content of the input files is compared. */
  readonly fullHash?: boolean | undefined
  /** Whether the run processes only new and changed rows. */
  readonly incremental?: boolean | undefined
  /** Missing for a run that code started. */
  readonly command?: RunCommand | undefined
}

/** A run that has not reached its end. */
export interface UnfinishedRun extends RunState {
  readonly directory: string
  /** `running`: a process works on it; `stopped`: a process ended in the middle of it; `paused`: it stopped as asked. */
  readonly status: 'running' | 'stopped' | Exclude<RunReport['status'], 'done'>
  /** The code and message of the error that ended it, if it was not interrupted. */
  readonly reason?: string
}

export async function writeRunState(folder: string, state: RunState): Promise<void> {
  await writeSealed(join(folder, 'run.json'), { format, ...state })
}

/**
 * Reads the state of a run. @throws MAESTRO_RUN_FORMAT if it cannot be resumed; MAESTRO_RUN_NOT_UNFINISHED if there is no such
 * run, which another process may have removed
 */
export function readRunState(folder: string): RunState {
  const run = basename(folder)
  if (!existsSync(folder)) throw notUnfinished(run)
  const refuse = (reason: string) => maestroError('MAESTRO_RUN_FORMAT', { run, reason })
  const found = readSealed<RunState & { readonly format: number }>(join(folder, 'run.json'))
  if (found === undefined) throw refuse('it was made by a version that could not resume runs')
  if (found === 'damaged') throw refuse('its run.json is damaged or cannot be read')
  if (found.format !== format) throw refuse(`its format is ${found.format}, and this version reads format ${format}`)
  return found
}

/** The runs of a project that have not reached their end and can be resumed, the newest first. */
export async function unfinishedRuns(stateDirectory: string): Promise<readonly UnfinishedRun[]> {
  const folder = join(stateDirectory, 'runs')
  const names = existsSync(folder) ? readdirSync(folder).sort().reverse() : []
  const found = await Promise.all(names.map((name) => unfinishedRun(join(folder, name))))
  return found.filter((run) => run !== undefined)
}

/** Whether a command can continue the run of a folder. */
export function isResumable(directory: string): boolean {
  const state = readSealed<RunState>(join(directory, 'run.json'))
  return state !== undefined && state !== 'damaged' && state.command !== undefined
}

/** Whether the run of a folder has reached its end. */
export const isDone = (directory: string): boolean =>
  readJson<RunReport>(join(directory, 'report.json'))?.status === 'done'

/**
 * Whether the rows between the stages of a run stay when it is done. Those of a run whose state cannot be read stay: it may have
 * been asked to keep them.
 */
export function keepsStepFiles(directory: string): boolean {
  const state = readSealed<RunState>(join(directory, 'run.json'))
  return state === undefined || state === 'damaged' || state.keepStepFiles === true
}

export const notUnfinished = (run: string | undefined, unfinished: readonly UnfinishedRun[] = []) =>
  maestroError('MAESTRO_RUN_NOT_UNFINISHED', { run, unfinished: unfinished.map(({ runId }) => runId) })

async function unfinishedRun(directory: string): Promise<UnfinishedRun | undefined> {
  const state = readSealed<RunState & { readonly format: number }>(join(directory, 'run.json'))
  if (state === undefined || state === 'damaged' || state.format !== format) return undefined
  const report = readJson<RunReport>(join(directory, 'report.json'))
  if (report?.status === 'done') return undefined
  const { code, message } = report?.error ?? {}
  const status = (await holderOf(leaseFolder(directory))) !== undefined ? 'running' : (report?.status ?? 'stopped')
  return { ...state, directory, status, ...(code === undefined ? {} : { reason: `${code}: ${message}` }) }
}

/**
 * Checks that the newest run is not one whose state cannot be read: to begin another instead could do its work twice.
 *
 * @param pipeline Only its runs count. @default all
 * @throws MAESTRO_RUN_FORMAT
 */
export function assertNewestReadable(stateDirectory: string, pipeline?: string): void {
  const runs = join(stateDirectory, 'runs')
  const names = existsSync(runs) ? readdirSync(runs).sort().reverse() : []
  for (const folder of names.map((name) => join(runs, name))) {
    // A process that ended before it wrote the state has done nothing, and a folder may be removed at any moment.
    const state = readSealed(join(folder, 'run.json'))
    if (state === undefined) continue
    const known = readJson<{ readonly pipeline: string }>(join(folder, 'plan.json'))?.pipeline
    if (pipeline !== undefined && known !== undefined && known !== pipeline) continue
    if (!isDone(folder) && existsSync(folder)) readRunState(folder)
    return
  }
}

/**
 * Finds an unfinished run.
 *
 * @param run Its id or a part of it. @default the newest
 * @throws MAESTRO_RUN_NOT_UNFINISHED, MAESTRO_RUN_FORMAT
 */
export async function findUnfinished(stateDirectory: string, run: string | undefined): Promise<UnfinishedRun> {
  if (run === undefined) assertNewestReadable(stateDirectory)
  const runs = await unfinishedRuns(stateDirectory)
  const found = run === undefined ? (runs.find(({ status }) => status !== 'running') ?? runs[0]) : meant(runs, run)
  if (found !== undefined) return found
  const folder = join(stateDirectory, 'runs', run ?? '')
  // A folder that is there and is not listed has finished or cannot be read.
  if (run !== undefined && existsSync(folder)) readRunState(folder)
  throw notUnfinished(run, runs)
}

/** The run with this id, or the only one whose id contains the text. */
function meant(runs: readonly UnfinishedRun[], text: string): UnfinishedRun | undefined {
  const exact = runs.find(({ runId }) => runId === text)
  const [first, ...others] = runs.filter(({ runId }) => runId.includes(text))
  return exact ?? (others.length === 0 ? first : undefined)
}
