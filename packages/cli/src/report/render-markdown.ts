import type { RunOverview } from '@maestro-dataflow/core/runtime'
import { formatDollars, formatSpan } from '../terminal/format-number.js'
import { formatCount } from './row-lists.js'

/** A report as Markdown, for example for the comment of a pull request. */
export function renderMarkdown(overview: RunOverview): string {
  const { run, steps, rejects, drops, warnings, sinks, error } = overview
  const { counts, usage } = run
  const lines = [
    `# ${cell(run.pipeline)}: ${run.status}`,
    '',
    `${run.runId}, started ${run.startedAt}${run.durationMs === undefined ? '' : `, took ${formatSpan(run.durationMs)}`}`,
    ...(error === undefined ? [] : ['', `**Error:** ${cell(error)}`]),
  ]
  if (counts !== undefined)
    lines.push(
      '',
      ...table(
        ['in', 'created', 'out', 'dropped', 'merged', 'rejected'],
        [
          [counts.rowsIn, counts.created, counts.rowsOut, counts.dropped, counts.merged, counts.rejected].map(
            formatCount,
          ),
        ],
      ),
    )
  if (usage !== undefined && usage.requests + usage.reusedAnswers > 0)
    lines.push(
      '',
      `Models: ${formatCount(usage.requests)} calls, ${formatCount(usage.reusedAnswers)} answers reused, ${formatCount(usage.inputTokens)} tokens in, ${formatCount(usage.outputTokens)} out, ${usage.cost === undefined ? 'unpriced' : formatDollars(usage.cost)}`,
    )
  lines.push(
    '',
    '## Steps',
    '',
    ...table(
      ['step', 'in', 'out', 'dropped', 'merged', 'rejected', 'calls', 'cost', 'median'],
      steps.map(({ id, counts: of, usage: used, latency }) => [
        id,
        ...[of?.rowsIn, of?.rowsOut, of?.dropped, of?.merged, of?.rejected].map((count) => formatCount(count ?? 0)),
        used === undefined ? '' : formatCount(used.requests),
        used === undefined ? '' : used.cost === undefined ? 'unpriced' : formatDollars(used.cost),
        latency === undefined ? '' : formatSpan(latency.median),
      ]),
    ),
  )
  if (rejects.length > 0)
    lines.push(
      '',
      '## Rejected rows',
      '',
      ...table(
        ['rows', 'step', 'code', 'for example', 'remedy'],
        rejects.map(({ rows, step, code, examples, hint }) => [
          formatCount(rows),
          step,
          code,
          `${examples[0]?.id}: ${examples[0]?.message}`,
          hint ?? '',
        ]),
      ),
    )
  if (drops.length > 0)
    lines.push(
      '',
      '## Rows that steps left out',
      '',
      ...table(
        ['rows', 'step', 'outcome', 'reason', 'for example'],
        drops.map(({ rows, step, outcome, reason, rowId, into }) => [
          formatCount(rows),
          step,
          outcome,
          reason ?? '',
          `${rowId}${into === undefined ? '' : ` into ${into}`}`,
        ]),
      ),
    )
  if (warnings.length > 0)
    lines.push('', '## Warnings', '', ...warnings.map(({ step, message }) => `- ${cell(step)}: ${cell(message)}`))
  if (sinks.length > 0)
    lines.push(
      '',
      '## Outputs',
      '',
      ...table(
        ['sink', 'rows', 'location'],
        sinks.map(({ id, rows, location }) => [id, rows === undefined ? '' : formatCount(rows), location ?? '']),
      ),
    )
  return `${lines.join('\n')}\n`
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)]
}

/**
 * A text in one cell of a table: it must neither end the cell nor become HTML, a link, an image, or the mention of a
 * person.
 */
function cell(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\|[\]`*~]/g, '\\$&')
    .replaceAll(/[<&]/g, (sign) => (sign === '<' ? '&lt;' : '&amp;'))
    .replaceAll('@', '&#64;')
}
