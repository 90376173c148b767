import type { RunReport } from '@maestro-dataflow/core'
import type { PrunedRun, RunRecord, RunSummary } from '@maestro-dataflow/core/runtime'
import { formatTime } from '../cache/format-time.js'
import { describeReport, describeUsage, oneLine, shownPath } from '../describe-report.js'
import { formatMegabytes } from '../models/render-models.js'
import { textTable } from '../plan/text-table.js'
import { counted, formatDollars, formatSpan } from '../terminal/format-number.js'
import { formatName, formatValue } from '../terminal/format-value.js'
import type { RejectedGroup } from './group-rejects.js'

/** Runs as text for people, one line for each. */
export function renderRuns(runs: readonly RunSummary[], width: number): string {
  if (runs.length === 0) return 'No run is kept.\n'
  const rows = runs.map(({ runId, status, startedAt, durationMs, counts, usage }) => [
    formatName(runId),
    status,
    formatTime(startedAt),
    durationMs === undefined ? '' : formatSpan(durationMs),
    ...[counts?.rowsIn, counts?.rowsOut, counts?.rejected].map((count) => String(count ?? '')),
    usage === undefined || usage.cost === 0 ? '' : usage.cost === undefined ? 'unpriced' : formatDollars(usage.cost),
  ])
  return `${textTable([['run', 'status', 'started', 'time', 'in', 'out', 'rejected', 'cost'], ...rows], width).join('\n')}\n`
}

/** One run as text for people. */
export function renderRun(record: RunRecord, width: number): string {
  const { report, runId, plan, directory } = record
  if (report === undefined)
    return `${plan.pipeline}: unfinished\n  run: ${runId}\n  run folder: ${shownPath(directory)}\n  It goes on, or it was killed.\n`
  const lines = [
    describeReport(report),
    `  run: ${runId}, started ${formatTime(report.startedAt)}`,
    '',
    ...stepTable(report, width),
  ]
  if (report.error !== undefined) lines.push('', `  error: ${oneLine(String(report.error.message))}`)
  return `${lines.join('\n')}\n`
}

function stepTable({ steps }: RunReport, width: number): readonly string[] {
  const heading = ['step', 'in', 'out', 'dropped', 'merged', 'rejected', 'model']
  const rows = steps.map(({ id, counts, usage }) => [
    formatName(id),
    ...[counts.rowsIn, counts.rowsOut, counts.dropped, counts.merged, counts.rejected].map(String),
    usage === undefined ? '' : describeUsage(usage),
  ])
  return textTable([heading, ...rows], width)
}

/** Rejected rows as text for people: each reason with what to do, and examples. */
export function renderRejects(runId: string, groups: readonly RejectedGroup[], width: number): string {
  if (groups.length === 0) return `No row was rejected in ${runId}.\n`
  const lines = groups.flatMap(({ step, code, rows, hint, examples }) => [
    `${counted(rows, 'row')} rejected in ${oneLine(step)}: ${code}`,
    ...(hint === undefined ? [] : [`  ${oneLine(hint)}`]),
    ...examples.flatMap(({ id, message, row }) => [
      `    ${oneLine(id)}: ${oneLine(message)}`,
      `      ${formatValue(row, width - 6)}`,
    ]),
  ])
  return `${lines.join('\n')}\n`
}

/** What was removed, as text for people. */
export function renderPruned(pruned: readonly PrunedRun[], dryRun: boolean): string {
  if (pruned.length === 0) return 'There is nothing to remove.\n'
  const verb = dryRun ? 'would be removed' : 'removed'
  const lines = pruned.map(
    ({ runId, removed, bytes }) => `${formatName(runId)}: ${removed} ${verb}, ${formatMegabytes(bytes)}`,
  )
  return `${lines.join('\n')}\n`
}
