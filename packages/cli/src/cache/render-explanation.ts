import type { CacheEntry } from '@maestro-dataflow/core'
import { counted } from '../terminal/format-number.js'
import { formatName, formatValue } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { padText, textWidth } from '../terminal/text-width.js'
import type { Difference } from './differing-parts.js'
import { formatTime } from './format-time.js'
import { shortKey } from './render-entries.js'

/** The number of characters that are shown before the first difference between two long texts. */
const context = 20

/** The parts of a key, and its differences from the nearest keys, as text for people. */
export function renderExplanation(
  entry: CacheEntry,
  nearest: readonly { readonly entry: CacheEntry; readonly differences: readonly Difference[] }[],
  width: number,
  style: Style,
): string {
  const lines = [heading(entry, style), ...partLines(entry, width)]
  for (const { entry: other, differences } of nearest) {
    const equal = Object.keys(entry.parts).length - differences.filter(({ here }) => here !== undefined).length
    lines.push('', `near: ${heading(other, style)}; ${counted(equal, 'part')} the same`)
    lines.push(...differences.flatMap((difference) => differenceLines(difference, width, style)))
  }
  if (nearest.length === 0) lines.push('', 'There are no other stored answers.')
  return `${lines.join('\n')}\n`
}

function heading({ key, storedAt, step, rowId }: CacheEntry, style: Style): string {
  const origin = [
    step === undefined ? [] : `step ${formatName(step)}`,
    rowId === undefined ? [] : `row ${formatName(rowId)}`,
  ]
  return [style.bold(shortKey(key)), `stored ${formatTime(storedAt)}`, ...origin.flat()].join(', ')
}

function partLines({ parts }: CacheEntry, width: number): readonly string[] {
  const names = Object.keys(parts).map(formatName)
  const column = Math.max(0, ...names.map(textWidth))
  return Object.values(parts).map(
    (value, index) => `  ${padText(names[index] ?? '', column)}  ${formatValue(value, width - column - 4)}`,
  )
}

function differenceLines({ part, here, there }: Difference, width: number, style: Style): readonly string[] {
  const start = here === undefined || there === undefined ? 0 : Math.max(0, parting(here, there) - context)
  const side = (value: string | undefined) => {
    if (value === undefined) return style.dim('not there')
    return `${start === 0 ? '' : '…'}${formatValue(value.slice(start), width - 13)}`
  }
  return [`  ${formatName(part)}`, `    here   ${side(here)}`, `    there  ${side(there)}`]
}

/** The first position at which two texts differ. */
function parting(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
