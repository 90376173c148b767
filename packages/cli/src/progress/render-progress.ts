import { formatCount, formatDollars, formatRate, formatSpan } from '../terminal/format-number.js'
import { formatName } from '../terminal/format-value.js'
import type { Style } from '../terminal/style.js'
import { cutText, padText, textWidth } from '../terminal/text-width.js'
import type { ServingProgress, StepProgress } from './progress-state.js'

/** The screen on which progress is drawn. */
export interface Screen {
  readonly columns: number
  readonly rows: number
}

const barCells = 16
const longestName = 32

/** The steps, one per line, no wider than the screen and no more than it can show. */
export function renderProgress(steps: readonly StepProgress[], screen: Screen, style: Style): readonly string[] {
  const room = Math.max(1, screen.rows - 2)
  // If there is too little room, finished steps are omitted first.
  const shown = steps.length <= room ? steps : steps.filter((step) => step.state !== 'done').slice(0, room)
  const names = shown.map(({ id }) => cutText(formatName(id), Math.min(longestName, Math.floor(screen.columns / 2))))
  const width = Math.max(0, ...names.map(textWidth))
  return shown.map((step, index) => {
    const name = padText(names[index] ?? '', width)
    const rest = screen.columns - 1 - width - 2
    if (step.state === 'waiting') return cutText(`${name}  waiting`, screen.columns - 1)
    const withBar = rest >= 60
    const facts = cutText(describeStep(step).join('  '), Math.max(1, rest - (withBar ? barCells + 2 : 0)))
    const paint = step.rejected > 0 ? style.warn : step.state === 'done' ? style.good : style.bold
    return `${paint(name)}  ${withBar ? `${bar(step)}  ` : ''}${facts}`
  })
}

/** One line for each serving that is in use: its number of concurrent calls, and whether it is in a cool-down. */
export function renderServings(servings: readonly ServingProgress[], screen: Screen, style: Style, now: number) {
  return servings.map((serving) => {
    const line = cutText(
      `${formatName(serving.serving)}  ${describeServing(serving, now).join('  ')}`,
      screen.columns - 1,
    )
    return serving.coolDownUntil === undefined && serving.failing === undefined ? style.dim(line) : style.warn(line)
  })
}

/** A single line for outputs that cannot be redrawn: the active steps and servings. */
export function renderProgressLine(
  steps: readonly StepProgress[],
  servings: readonly ServingProgress[],
  times: { readonly elapsed: number; readonly now: number },
): string {
  const atWork = steps.filter((step) => step.state === 'running')
  const shown = atWork.length > 0 ? atWork : steps.slice(-1)
  return [
    formatSpan(times.elapsed),
    ...shown.map((step) => `${formatName(step.id)}: ${describeStep(step).join(', ')}`),
    ...servings.map((serving) => `${formatName(serving.serving)}: ${describeServing(serving, times.now).join(', ')}`),
  ].join(' | ')
}

function describeServing(
  { concurrency, inFlight, waiting, requestsPerMinute, coolDownUntil, failing }: ServingProgress,
  now: number,
): readonly string[] {
  return [
    `${formatCount(inFlight)}/${formatCount(Math.floor(concurrency))} calls at once`,
    ...(requestsPerMinute === undefined ? [] : [`at most ${formatCount(Math.floor(requestsPerMinute))} a minute`]),
    ...(waiting === 0 ? [] : [`${formatCount(waiting)} waiting`]),
    ...(coolDownUntil === undefined ? [] : [`cool-down ${formatSpan(coolDownUntil - now)}`]),
    ...(failing === undefined
      ? []
      : [`nothing but failures for ${formatSpan(Math.max(0, now - failing.since))}: ${formatName(failing.reason)}`]),
  ]
}

function describeStep({
  rows,
  total,
  exact,
  perSecond,
  tokens,
  cachedTokens,
  cost,
  reused,
  retries,
  rejected,
  left,
  state,
}: StepProgress): readonly string[] {
  const of = total === undefined || state === 'done' ? '' : `/${exact ? '' : '~'}${formatCount(total)}`
  return [
    `${formatCount(rows)}${of} rows`,
    ...(perSecond === undefined ? [] : [`${formatRate(perSecond)} rows/s`]),
    ...(tokens === 0
      ? []
      : [`${formatCount(tokens)} tokens${cachedTokens === 0 ? '' : ` (${formatCount(cachedTokens)} cached)`}`]),
    ...(cost === 0 ? [] : [cost === undefined ? 'unpriced' : formatDollars(cost)]),
    ...(reused === 0 ? [] : [`${formatCount(reused)} reused`]),
    ...(retries === 0 ? [] : [`${formatCount(retries)} retries`]),
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} rejected`]),
    ...(left === undefined ? [] : [`ETA ${formatSpan(left)}`]),
  ]
}

function bar({ rows, total, state }: StepProgress): string {
  const share = state === 'done' ? 1 : total === undefined || total === 0 ? 0 : Math.min(1, rows / total)
  const full = Math.floor(share * barCells)
  return '█'.repeat(full) + '░'.repeat(barCells - full)
}
