import { relative } from 'node:path'
import type { RunReport } from '@maestro-dataflow/core'
import { counted, formatSpan } from './terminal/format-number.js'

/** A report for people. */
export function describeReport(report: RunReport): string {
  const { rowsIn, created, rowsOut, dropped, merged, rejected } = report.counts
  const lines = [
    `${report.pipeline}: ${report.status} in ${formatSpan(report.durationMs)}`,
    `  rows: ${rowsIn} in + ${created} created = ${rowsOut} out + ${dropped} dropped + ${merged} merged + ${rejected} rejected`,
  ]
  const { requests, failedRequests, reusedAnswers, inputTokens, outputTokens, cost } = report.usage
  if (requests + reusedAnswers > 0) {
    const failed = failedRequests > 0 ? ` (${failedRequests} failed)` : ''
    const price = cost === undefined || cost === 0 ? '' : `, $${cost.toFixed(4)}`
    const reused = reusedAnswers === 0 ? '' : `, ${counted(reusedAnswers, 'answer')} reused`
    lines.push(
      `  model: ${counted(requests, 'call')}${failed}, ${inputTokens} tokens in, ${outputTokens} tokens out${price}${reused}`,
    )
  }
  for (const sink of report.sinks) lines.push(`  wrote ${counted(sink.rows, 'row')} to ${sink.location}`)
  if (report.directory !== undefined) {
    const rejects = rejected > 0 ? ' (why rows were rejected: rejects.jsonl)' : ''
    lines.push(`  run folder: ${shownPath(report.directory)}${rejects}`)
  }
  return lines.join('\n')
}

/** A path as one would type it from here. */
export function shownPath(path: string): string {
  const way = relative(process.cwd(), path)
  return way === '' || way.startsWith('..') ? path : way
}
