import type { PlanEstimate, Range, StepEstimate } from '@maestro-dataflow/core'
import { counted, formatCount, formatDollars, formatSpan } from '../terminal/format-number.js'
import { formatName } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { textTable } from './text-table.js'

/** An estimate as text for people: one line for each step that asks a model, their sum, and the time. */
export function renderEstimate(estimate: PlanEstimate, width: number, style: Style): string {
  const { probes, rows, rejected, steps, total } = estimate
  const all = rows === undefined ? 'an unknown number' : `${rows.exact ? '' : 'about '}${formatCount(rows.count)}`
  const failed = rejected === 0 ? '' : `, ${counted(rejected, 'row')} of them failed`
  const title = style.bold(`Estimate from ${counted(probes, 'row')} of ${all}${failed}`)
  if (steps.length === 0) return `${title}\n  no step asks a model`
  const table = textTable(
    [
      ['step', 'serving', 'calls', 'tokens in', 'tokens out', 'cost'],
      ...steps.map((step) => [formatName(step.step), formatName(step.serving), ...figures(step)]),
      ['total', '', ...figures(total)],
    ],
    width - 2,
  )
  const time = `time: ${formatRange(total.seconds, (seconds) => formatSpan(seconds * 1000))}, once answers come at the pace of these`
  return [title, ...table.map((line) => `  ${line}`), style.dim(`  ${time}`)].join('\n')
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
