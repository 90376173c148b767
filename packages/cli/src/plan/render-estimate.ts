import type { BudgetEstimate, PlanEstimate, Range, StepEstimate } from '@maestro-dataflow/core'
import { counted as countOf, formatCount, formatDollars, formatSpan } from '../terminal/format-number.js'
import { formatName } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { wrapText } from '../terminal/wrap-text.js'
import { textTable } from './text-table.js'

/**
 * An estimate as text for people: one line for each step that asks a model, their sum, the time, the budgets, and what
 * it could not see.
 */
export function renderEstimate(estimate: PlanEstimate, width: number, style: Style): string {
  const { probes, rows, rejected, steps, total, counted, confidence, budgets, uncertain } = estimate
  const all = rows === undefined ? 'an unknown number' : `${rows.exact ? '' : 'about '}${formatCount(rows.count)}`
  const failed = rejected === 0 ? '' : `, ${countOf(rejected, 'row')} of them failed`
  const left =
    counted === undefined || counted.after === 'source'
      ? ''
      : `, ${formatCount(counted.rows)} of which pass ${formatName(counted.after)}`
  const title = style.bold(`Estimate from ${countOf(probes, 'row')} of ${all}${left}${failed}`)
  const notes = uncertain.map(({ step, reason }) => `${formatName(step)}: ${reason}`)
  if (steps.length === 0)
    return [title, ...paragraphs(notes.length === 0 ? ['no step asks a model'] : notes, width)].join('\n')
  const table = textTable(
    [
      ['step', 'serving', 'calls', 'tokens in', 'tokens out', 'cost'],
      ...steps.map((step) => [formatName(step.step), formatName(step.serving), ...figures(step)]),
      ['total', '', ...figures(total)],
    ],
    width - 2,
  )
  const time = `time: ${formatRange(total.seconds, (seconds) => formatSpan(seconds * 1000))}, once answers come at the pace of these`
  const sure = `ranges: ${Math.round(confidence * 100)} % sure, if the other rows are like the tried ones`
  return [
    title,
    ...table.map((line) => `  ${line}`),
    style.dim(`  ${time}`),
    ...(probes < (rows?.count ?? Number.POSITIVE_INFINITY) ? [style.dim(`  ${sure}`)] : []),
    ...budgets.map((budget) => `  ${(budget.verdict === 'within' ? style.dim : style.warn)(budgetLine(budget))}`),
    ...paragraphs(notes, width).map((line) => style.warn(line)),
  ].join('\n')
}

const verdicts = { within: 'is enough', mayExceed: 'may not be enough', exceeds: 'is not enough' }

function budgetLine({ scope, unit, limit, expected, verdict }: BudgetEstimate): string {
  const format = unit === 'usd' ? formatDollars : formatCount
  const amount = unit === 'usd' ? format(limit) : `${format(limit)} ${unit}`
  return `budget of ${formatName(scope)}: ${amount} ${verdicts[verdict]} for ${formatRange(expected, format)}`
}

function paragraphs(texts: readonly string[], width: number): readonly string[] {
  return texts.flatMap((text) => wrapText(text, Math.max(8, width - 4), 4)).map((line) => `  ${line}`)
}

function figures({ requests, inputTokens, outputTokens, cost }: Omit<StepEstimate, 'step' | 'serving'>) {
  return [
    formatRange(requests, formatCount),
    formatRange(inputTokens, formatCount),
    formatRange(outputTokens, formatCount),
    cost === undefined ? 'unpriced' : formatRange(cost, formatDollars),
  ]
}

function formatRange({ low, high }: Range, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)]
  return from === to ? from : `${from} to ${to}`
}
