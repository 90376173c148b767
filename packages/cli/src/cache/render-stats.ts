import type { CacheStats } from '@maestro-dataflow/core'
import { shownPath } from '../describe-report.js'
import { formatMegabytes } from '../models/render-models.js'
import { counted } from '../terminal/format-number.js'
import { formatTime } from './format-time.js'

/** The contents of the cache as text for people. */
export function renderStats({ entries, location, size, oldest, newest }: CacheStats): string {
  const lines = [`${counted(entries, 'answer')} kept`]
  if (oldest !== undefined && newest !== undefined)
    lines.push(`  stored  ${formatTime(oldest)} to ${formatTime(newest)}`)
  if (location !== undefined) {
    const room = size === undefined ? '' : `, ${formatMegabytes(size)}`
    lines.push(`  in      ${shownPath(location)}${room}`)
  }
  return `${lines.join('\n')}\n`
}
