import type { DroppedRows, RowExplanation, RowStop } from '@maestro-dataflow/core/runtime'
import { oneLine } from '../describe-report.js'
import { counted, formatDollars, formatSpan } from '../terminal/format-number.js'

/** What happened to a row, as text for people. */
export function renderExplanation({ row, run, status, parent, stops, verdicts }: RowExplanation): string {
  const lines = [`${oneLine(row)}: ${[...new Set(verdicts)].join(', ')}`, `  run ${run} (${status})`]
  if (parent !== undefined) lines.push(`  made of ${oneLine(parent.row)} by ${oneLine(parent.step)}`)
  for (const stop of stops) lines.push(...renderStop(stop))
  return `${lines.join('\n')}\n`
}

function renderStop(stop: RowStop): readonly string[] {
  const { step, use, outcome, reason, into, children = [], code, message, hint, edited, calls = [] } = stop
  const detail = [
    ...(reason === undefined ? [] : [reason]),
    ...(edited === undefined ? [] : [`${edited} by hand`]),
    ...(into === undefined ? [] : [`into ${into}`]),
    ...(children.length === 0 ? [] : [`${children.slice(0, 5).join(', ')}${children.length > 5 ? ', ...' : ''}`]),
    ...(code === undefined ? [] : [`${code}${message === undefined ? '' : `: ${message}`}`]),
  ].join(' ')
  const name = use === step || step.includes(use) ? step : `${step} (${use})`
  return [
    `  ${oneLine(name)}: ${outcome}${detail === '' ? '' : `: ${oneLine(detail)}`}`,
    ...(hint === undefined ? [] : [`    ${oneLine(hint)}`]),
    ...calls.map((call) => `    ${oneLine(describeCall(call))}`),
  ]
}

function describeCall(call: NonNullable<RowStop['calls']>[number]): string {
  const { model, serving, from, tries, inputTokens, outputTokens, nanoDollars, durationMs, prompt, error, key } = call
  const reused = from === 'cache' || from === 'joined'
  return [
    `${reused ? 'reused an answer of' : 'asked'} ${model === serving ? model : `${model} (${serving})`}`,
    ...(prompt === undefined ? [] : [`prompt ${prompt}`]),
    ...(reused ? [] : [counted(tries, 'try', 'tries'), `${inputTokens} tokens in`, `${outputTokens} out`]),
    ...(reused || nanoDollars === 0 ? [] : [nanoDollars === undefined ? 'unpriced' : formatDollars(nanoDollars / 1e9)]),
    formatSpan(durationMs),
    ...(error === undefined ? [] : [`failed with ${error}`]),
    ...(key === undefined ? [] : [`cache key ${key}`]),
  ].join(', ')
}

/** What a step left out, as text for people. */
export function renderDropped({ step, use, dropped, merged, reasons }: DroppedRows): string {
  const counts = dropped === undefined ? 'the run is unfinished' : `${dropped} dropped, ${merged} merged`
  const lines = [`${oneLine(step)}${step.includes(use) ? '' : ` (${use})`}: ${counts}`]
  for (const { outcome, reason, rows, examples } of reasons) {
    lines.push(`  ${counted(rows, 'row')} ${outcome}${reason === undefined ? '' : `: ${oneLine(reason)}`}`)
    for (const { row, into } of examples)
      lines.push(`    ${oneLine(row)}${into === undefined ? '' : ` into ${oneLine(into)}`}`)
  }
  const named = reasons.reduce((sum, { rows }) => sum + rows, 0)
  const unnamed = (dropped ?? 0) + (merged ?? 0) - named
  if (unnamed > 0) lines.push(`  ${counted(unnamed, 'row')}: the step does not tell which`)
  return `${lines.join('\n')}\n`
}
