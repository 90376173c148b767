import { relative } from 'node:path'
import type { IncrementalReport, RunReport, UsageTotals } from '@maestro-dataflow/core'
import { resumeLine } from './resume/describe-resume.js'
import { counted, formatDollars, formatSpan } from './terminal/format-number.js'
import { styleFor } from './terminal/style.js'

/**
 * A report as text for people.
 *
 * @param spared The files that a limited run did not overwrite.
 */
export function describeReport(report: RunReport, spared: readonly string[] = []): string {
  const { rowsIn, created, rowsOut, dropped, merged, rejected } = report.counts
  // A run that has not reached its end has rows between its stages.
  const left = rowsIn + created - rowsOut - dropped - merged - rejected
  const waiting = report.status !== 'done' && left > 0 ? ` + ${left} not finished` : ''
  const lines = [
    `${report.pipeline}: ${report.status} in ${formatSpan(report.durationMs)}`,
    `  rows: ${rowsIn} in + ${created} created = ${rowsOut} out + ${dropped} dropped + ${merged} merged + ${rejected} rejected${waiting}`,
  ]
  if (report.incremental !== undefined) lines.push(`  ${describeChanges(report.incremental, 'were')}`)
  if (report.status !== 'paused' && rowsIn > 0 && rowsOut === 0)
    lines.push(styleFor(process.stdout).warn(`  ${describeLoss(report)}`))
  if (report.usage.requests + report.usage.reusedAnswers > 0) lines.push(`  model: ${describeUsage(report.usage)}`)
  lines.push(...describeRejects(report), ...describeDrops(report), ...describeWarnings(report))
  for (const sink of report.sinks) lines.push(`  wrote ${counted(sink.rows, 'row')} to ${sink.location}`)
  if (report.status === 'paused') lines.push(`  go on with: ${resumeLine(report.runId)}`)
  for (const path of spared) lines.push(`  ${oneLine(path)} was left alone, because of --limit`)
  if (report.directory !== undefined) {
    const rejects = rejected > 0 ? ' (why rows were rejected: maestro rejects)' : ''
    lines.push(`  run folder: ${shownPath(report.directory)}${rejects}`)
  }
  return lines.join('\n')
}

/** What an incremental run found in its input. @param verb For rows that are gone. */
export function describeChanges(found: IncrementalReport, verb: 'were' | 'would be'): string {
  const { added, changed, unchanged, failed, retried, gone, removed, reason } = found
  const tried = retried === 0 ? '' : `, ${retried} tried again`
  const failing = failed === 0 ? '' : `, ${failed} rejected before (try them again: --retry-rejects)`
  const left = gone === 0 ? '' : `, ${gone} gone (${removed ? `their rows ${verb} removed` : 'their rows stay'})`
  const why = reason === undefined ? '' : `; all rows, because ${oneLine(reason)}`
  return `incremental: ${added} new, ${changed} changed, ${unchanged} unchanged${tried}${failing}${left}${why}`
}

/** The steps that lost all the rows of a run. */
function describeLoss({ counts, steps }: RunReport): string {
  const losses = steps.flatMap(({ id, counts: { dropped, merged, rejected } }) => {
    const lost = Object.entries({ dropped, merged, rejected }).filter(([, rows]) => rows > 0)
    return lost.map(([how, rows]) => `${oneLine(id)} ${how} ${rows}`)
  })
  return `NO ROW IS LEFT of ${counts.rowsIn}${losses.length === 0 ? '' : `: ${losses.join(', ')}`}`
}

/** The most frequent reasons for rejected rows, each with its remedy and an example row. */
export function describeRejects({ rejects }: RunReport): string[] {
  const shown = rejects.slice(0, shownReasons)
  return [
    ...shown.flatMap(({ step, rows, message, hint, rowId }) => [
      `  ${counted(rows, 'row')} rejected in ${step}, for example ${oneLine(rowId)}: ${oneLine(message)}`,
      ...(hint === undefined ? [] : [`    ${oneLine(hint)}`]),
    ]),
    ...(rejects.length > shown.length
      ? [`  ${counted(rejects.length - shown.length, 'more reason')}: maestro rejects`]
      : []),
  ]
}

/** The most frequent reasons for rows that steps left out. */
function describeDrops({ drops = [] }: RunReport): string[] {
  const shown = drops.slice(0, shownReasons)
  return [
    ...shown.map(({ step, outcome, rows, reason, rowId, into }) => {
      const example = `for example ${oneLine(rowId)}${into === undefined ? '' : ` into ${oneLine(into)}`}`
      return `  ${counted(rows, 'row')} ${outcome} in ${step}, ${example}${reason === undefined ? '' : `: ${oneLine(reason)}`}`
    }),
    ...(drops.length > shown.length
      ? [`  ${counted(drops.length - shown.length, 'more reason')}: maestro dropped STEP`]
      : []),
  ]
}

/** What steps tell the user, and what the run advises. */
export function describeWarnings({ warnings = [], advice = [] }: RunReport): string[] {
  return [...warnings, ...advice].map(({ step, message }) => `  ${oneLine(step)}: ${oneLine(message)}`)
}

const shownReasons = 5

export const oneLine = (text: string): string => {
  // Messages repeat values of a row; control characters must not reach the terminal.
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

export function describeUsage(usage: UsageTotals): string {
  const { requests, failedRequests, reusedAnswers, retries, inputTokens, outputTokens, cost } = usage
  const faults = [
    ...(failedRequests > 0 ? [`${failedRequests} failed`] : []),
    ...(retries > 0 ? [counted(retries, 'retry', 'retries')] : []),
  ]
  return [
    `${counted(requests, 'call')}${faults.length > 0 ? ` (${faults.join(', ')})` : ''}`,
    ...(reusedAnswers > 0 ? [`${counted(reusedAnswers, 'answer')} reused${shareReused(usage)}`] : []),
    `${inputTokens} tokens in${shareCached(usage)}`,
    `${outputTokens} tokens out`,
    ...(cost === 0 ? [] : [cost === undefined ? 'unpriced' : formatDollars(cost)]),
  ].join(', ')
}

/** The share of the tokens of prompts that was read from the prefix cache of a provider. */
function shareCached({ inputTokens, cachedInputTokens }: UsageTotals): string {
  return cachedInputTokens === 0 ? '' : ` (${Math.floor((100 * cachedInputTokens) / Math.max(1, inputTokens))}% cached)`
}

/** The share of all answers that cost nothing, unless it is all of them. */
function shareReused({ requests, failedRequests, reusedAnswers }: UsageTotals): string {
  const answers = reusedAnswers + requests - failedRequests
  return answers > reusedAnswers ? ` (${Math.floor((100 * reusedAnswers) / answers)}%)` : ''
}

/** A path as a user would type it in the working directory. */
export function shownPath(path: string): string {
  const way = relative(process.cwd(), path)
  return way === '' || way.startsWith('..') ? path : way
}
