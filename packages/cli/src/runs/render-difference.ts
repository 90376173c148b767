import type { UsageTotals } from '@maestro-dataflow/core'
import type { RunDifference } from '@maestro-dataflow/core/runtime'
import { textTable } from '../plan/text-table.js'
import { counted, formatDollars } from '../terminal/format-number.js'
import { formatName, formatValue } from '../terminal/format-value.js'
import type { AnsweredCall, AnsweredRow } from './find-answers.js'

/** How two runs differ, as text for people. */
export function renderDifference(
  difference: RunDifference,
  changed: readonly AnsweredRow[],
  limit: number,
  width: number,
): string {
  const { before, after, added, gone, same, notCompared } = difference
  const sides = (name: string, of: (run: RunDifference['before']) => string) => [name, of(before), of(after)]
  const cost = (usage: UsageTotals | undefined) => (usage?.cost === undefined ? '' : formatDollars(usage.cost))
  const table = textTable(
    [
      ['', formatName(before.runId), formatName(after.runId)],
      sides('status', ({ status }) => status),
      sides('rows in', ({ counts }) => String(counts?.rowsIn ?? '')),
      sides('rows out', ({ counts }) => String(counts?.rowsOut ?? '')),
      sides('dropped', ({ counts }) => String(counts?.dropped ?? '')),
      sides('merged', ({ counts }) => String(counts?.merged ?? '')),
      sides('rejected', ({ counts }) => String(counts?.rejected ?? '')),
      sides('calls', ({ usage }) => String(usage?.requests ?? '')),
      sides('answers reused', ({ usage }) => String(usage?.reusedAnswers ?? '')),
      sides('tokens in', ({ usage }) => String(usage?.inputTokens ?? '')),
      sides('tokens out', ({ usage }) => String(usage?.outputTokens ?? '')),
      sides('cost', ({ usage }) => cost(usage)),
    ],
    width,
  )
  const total = difference.changed.length
  const lines = [
    ...table,
    '',
    `${counted(added.length, 'row')} added, ${gone.length} gone, ${total} changed, ${same} the same`,
    ...list('added', added, limit),
    ...list('gone', gone, limit),
    ...changed.flatMap((row) => renderChange(row, width)),
    ...(total > changed.length
      ? [`... and ${counted(total - changed.length, 'more changed row')}: --limit, or --json`]
      : []),
  ]
  if (notCompared > 0)
    lines.push(
      `${counted(notCompared, 'row')} not compared, because no model was asked for them: set run.ledger to 'checksums'`,
    )
  return `${lines.join('\n')}\n`
}

function list(name: string, ids: readonly string[], limit: number): readonly string[] {
  if (ids.length === 0) return []
  const more = ids.length > limit ? ', ...' : ''
  return [`  ${name}: ${ids.slice(0, limit).map(formatName).join(', ')}${more}`]
}

function renderChange({ row, before, after }: AnsweredRow, width: number): readonly string[] {
  const steps = new Set([...before, ...after].map(({ step }) => step))
  const side = (name: string, calls: readonly AnsweredCall[], step: string) =>
    calls.filter((call) => call.step === step).map((call) => `    ${name}  ${answerText(call, width - 12)}`)
  return [
    `  changed: ${formatName(row)}`,
    ...[...steps].flatMap((step) => [
      `   ${formatName(step)}`,
      ...side('before', before, step),
      ...side('after ', after, step),
    ]),
  ]
}

function answerText({ answer, model }: AnsweredCall, width: number): string {
  if (answer === undefined) return `(${model}; the answer is not kept)`
  return formatValue(typeof answer.text === 'string' ? answer.text : answer, width)
}
