import type { CacheRecord } from '@maestro-dataflow/core'
import { textTable } from '../plan/text-table.js'
import { formatName, formatValue } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { formatTime } from './format-time.js'

/** The beginning of a key, long enough to distinguish it from others and short enough to copy. */
export const shortKey = (key: string): string => formatName(key.slice(0, 12))

/** The latest entries as text for people: one line for each, with as much of the answer as fits. */
export function renderEntries(entries: readonly CacheRecord[], width: number, style: Style): string {
  if (entries.length === 0) return 'No answers are kept.\n'
  const rows = entries.map((entry) => [
    shortKey(entry.key),
    formatTime(entry.storedAt),
    formatName(entry.parts.model ?? ''),
    entry.step === undefined ? '' : formatName(entry.step),
    entry.rowId === undefined ? '' : formatName(entry.rowId),
    answerText(entry.answer, width),
  ])
  const [heading = '', ...lines] = textTable([['key', 'stored', 'model', 'step', 'row', 'answer'], ...rows], width)
  return `${[style.bold(heading), ...lines].join('\n')}\n`
}

function answerText({ text, ...answer }: CacheRecord['answer'], width: number): string {
  return formatValue(typeof text === 'string' ? text : answer, width)
}
