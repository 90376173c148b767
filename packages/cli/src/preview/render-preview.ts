import type { Row } from '@maestro-dataflow/core'
import type { Preview } from '@maestro-dataflow/core/runtime'
import { counted } from '../terminal/format-number.js'
import { formatName, formatValue } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { cutText, padText, textWidth } from '../terminal/text-width.js'
import { wrapText } from '../terminal/wrap-text.js'
import { type RowEvent, type RowHistory, rowHistories } from './row-history.js'

interface Page {
  readonly width: number
  readonly style: Style
  /** The operator of each step, as text for people. */
  readonly uses: ReadonlyMap<string, string>
}

/**
 * A preview as text for people: each original row, followed by the changes of each step. No line is wider than `width`.
 */
export function renderPreview(preview: Preview, width: number, style: Style): string {
  const page: Page = { width, style, uses: new Map(preview.steps.map(({ id, use }) => [id, use])) }
  const histories = rowHistories(preview).map((history) => renderHistory(history, 0, page).join('\n'))
  const { rowsIn, rowsOut, dropped, merged, rejected } = preview.report.counts
  const counts = [
    `${counted(rowsIn, 'row')} in`,
    `${rowsOut} out`,
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ...(merged > 0 ? [`${merged} merged`] : []),
    ...(rejected > 0 ? [`${rejected} rejected`] : []),
  ].join(', ')
  return [...histories, `${style.bold(counts)}; nothing was written.`].join('\n\n')
}

function renderHistory({ id, from, row, events }: RowHistory, indent: number, page: Page): readonly string[] {
  const space = ' '.repeat(indent)
  const origin = from === 'source' ? '' : ` (made by ${from})`
  return [
    page.style.bold(cutText(`${space}${formatName(id)}${origin}`, page.width)),
    ...(row === undefined ? [] : columns(Object.entries(row), '  ', indent, page)),
    ...events.flatMap((event) => renderEvent(event, indent, page)),
  ]
}

function renderEvent(event: RowEvent, indent: number, page: Page): readonly string[] {
  const { style, width } = page
  const space = ' '.repeat(indent)
  const use = page.uses.get(event.step)
  const title = cutText(
    `${space}${event.step}${use === undefined || event.step.includes(use) ? '' : ` (${use})`}`,
    width - 16,
  )
  switch (event.happened) {
    case 'kept': {
      const changes = renderChanges(event.before, event.after, indent, page)
      return changes.length === 0 ? [`${title} ${style.dim('no change')}`] : [title, ...changes]
    }
    case 'gone':
      return [`${title} ${style.warn('dropped')}`]
    case 'rejected':
      return [
        `${title} ${style.bad('rejected')}`,
        ...wrapText(`${event.code}: ${event.message}`, width - indent - 4, 6).map(
          (line) => `${space}    ${style.bad(line)}`,
        ),
      ]
    case 'split':
      return [
        `${title} ${style.good(`${counted(event.children.length, 'row')} of it`)}`,
        ...event.children.flatMap((child) => renderHistory({ ...child, from: 'source' }, indent + 4, page)),
      ]
  }
}

/** The columns that are new (+), changed (~), or removed (-). */
function renderChanges(before: Row, after: Row, indent: number, page: Page): readonly string[] {
  const { style } = page
  const entries = Object.entries(after)
  const added = entries.filter(([name]) => !Object.hasOwn(before, name))
  const changed = entries.filter(([name, value]) => Object.hasOwn(before, name) && !isSame(before[name], value))
  const dropped = Object.entries(before).filter(([name]) => !Object.hasOwn(after, name))
  return [
    ...columns(added, `${style.good('+')} `, indent, page),
    ...columns(changed, `${style.warn('~')} `, indent, page),
    ...(dropped.length === 0
      ? []
      : [
          `${' '.repeat(indent + 2)}${style.bad('-')} ${cutText(dropped.map(([name]) => formatName(name)).join(', '), page.width - indent - 4)}`,
        ]),
  ]
}

function isSame(before: unknown, after: unknown): boolean {
  return Object.is(before, after) || formatValue(before, 10_000) === formatValue(after, 10_000)
}

/** One line for each column, with aligned values. */
function columns(
  entries: readonly (readonly [string, unknown])[],
  sign: string,
  indent: number,
  { width, style }: Page,
): readonly string[] {
  const names = entries.map(([name]) => cutText(formatName(name), 24))
  const nameWidth = Math.max(0, ...names.map(textWidth))
  const room = Math.max(8, width - indent - 4 - nameWidth - 2)
  return entries.map(
    ([, value], index) =>
      `${' '.repeat(indent + 2)}${sign}${style.dim(padText(names[index] ?? '', nameWidth))}  ${formatValue(value, room)}`,
  )
}
