import { contributionNouns } from '@maestro-dataflow/core/runtime'
import { formatName, formatValue } from '../terminal/format-value.js'
import { wrapText } from '../terminal/wrap-text.js'
import type { ContributionDescription } from './describe-contribution.js'
import type { OptionDescription } from './describe-schema.js'
import type { Page } from './render-plugins.js'

/** A contribution as text for people. */
export function renderContribution(contribution: ContributionDescription, page: Page): string {
  const { name, kind, is, plugin, description, options } = contribution
  const what = [is, contributionNouns[kind]].filter((word) => word !== undefined).join(' ')
  const lines = [`${page.style.bold(formatName(name))}  ${what} of ${formatName(plugin)}`]
  if (description !== undefined) lines.push(`  ${description}`)
  if (options.length === 0) lines.push('  It has no options.')
  for (const { of, options: described } of options) lines.push('', ...optionLines(of, described, page))
  return `${lines.join('\n')}\n`
}

/** The options as text for people. @param of The word `options`, or the side of a storage. */
export function optionLines(
  of: string,
  options: readonly OptionDescription[] | undefined,
  page: Page,
): readonly string[] {
  const title = page.style.bold(of === 'options' ? 'Options' : `Options of .${of}()`)
  if (options === undefined) return [title, '  Its schema does not tell them.']
  if (options.length === 0) return [title, '  none']
  return [title, ...options.flatMap((option) => optionText(option, page))]
}

function optionText({ name, type, required, default: value, description }: OptionDescription, page: Page): string[] {
  const state = required ? ', required' : value === undefined ? '' : `, default ${formatValue(value, 60)}`
  const [first = '', ...more] = wrapText(`${formatName(name)}: ${type}${state}`, page.width - 6, 6)
  const told = description === undefined ? [] : wrapText(description, page.width - 6, 6)
  return [`  ${first}`, ...more.map((line) => `      ${line}`), ...told.map((line) => page.style.dim(`      ${line}`))]
}
