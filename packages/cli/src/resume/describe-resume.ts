import { type StageDecision, stagesLeft, type UnfinishedRun } from '@maestro-dataflow/core/runtime'
import { formatCount } from '../terminal/format-number.js'
import { printMessage } from '../terminal/print.js'

/** The command that continues a run. */
export const resumeLine = (run: string): string => `maestro resume ${run}`

/** Tells a user at a terminal of an unfinished run of the pipeline that begins anew, and of what is left of it. */
export function tellUnfinished(unfinished: UnfinishedRun | undefined): void {
  if (unfinished === undefined || !process.stderr.isTTY) return
  const { runId, startedAt, status, directory } = unfinished
  const state = status === 'running' ? 'is in progress' : 'is unfinished'
  const left = stagesLeft(directory).map(
    ({ stage, name, rows }) => `stage ${stage} (${name})${rows === 0 ? '' : ` after ${formatCount(rows)} rows`}`,
  )
  const whatIsLeft = left.length === 0 ? '' : ` Left: ${left.join(', ')}.`
  const advice = status === 'running' ? '' : ` To continue it instead: ${resumeLine(runId)}`
  printMessage(`The run ${runId} of ${startedAt} ${state}.${whatIsLeft}${advice}\n`)
}

/** Tells which stages a resumed run reuses, and why it runs others again. */
export function tellDecisions({ runId }: UnfinishedRun, decisions: readonly StageDecision[]): void {
  printMessage(
    `Resuming ${runId}.\n${describeDecisions(decisions)
      .map((line) => `  ${line}\n`)
      .join('')}`,
  )
}

/** One line for each stage. */
export function describeDecisions(decisions: readonly StageDecision[]): readonly string[] {
  return decisions.map((decision) => `stage ${decision.stage} (${decision.name}) ${describeDecision(decision)}`)
}

/** The decisions as JSON: `reuse` is the whole stage, the rows behind which it goes on, or nothing of it. */
export const decisionsAsData = (decisions: readonly StageDecision[]) =>
  decisions.map(({ stage, name, receipt, progress, reason }) => ({
    stage,
    name,
    reuse: receipt !== undefined ? 'stage' : progress !== undefined ? 'rows' : 'none',
    ...(progress === undefined ? {} : { rows: progress.input.rows }),
    ...(reason === undefined ? {} : { reason }),
  }))

function describeDecision({ receipt, progress, reason }: StageDecision): string {
  if (receipt !== undefined) return 'is reused'
  if (progress !== undefined) return `goes on after ${formatCount(progress.input.rows)} rows`
  return reason === undefined ? 'had not finished' : `runs again, because ${reason}`
}
