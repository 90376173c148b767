import { optionLines } from '../plugins/render-contribution.js'
import type { Page } from '../plugins/render-plugins.js'
import { formatName } from '../terminal/format-value.js'
import { cutText } from '../terminal/text-width.js'
import type { PromptDescription } from './describe-prompt.js'

/** The prompts of all plugins as text for people. */
export function renderPrompts(prompts: readonly PromptDescription[], page: Page): string {
  if (prompts.length === 0) return 'No plugin of the config contributes prompts.\n'
  return `${prompts.map((prompt) => [...head(prompt, page), ...facts(prompt, page)].join('\n')).join('\n\n')}\n`
}

/** One prompt with its options and its text. */
export function renderPrompt(prompt: PromptDescription, page: Page): string {
  const lines = [...head(prompt, page), '', ...optionLines('options', prompt.options, page), '']
  if (prompt.made === undefined) lines.push(`It cannot be made yet: ${prompt.issues.join('; ')}. Use --set name=value.`)
  else lines.push(...madeLines(prompt.made, page))
  return `${lines.join('\n')}\n`
}

const head = ({ name, plugin, description }: PromptDescription, { style }: Page): readonly string[] => [
  `${style.bold(formatName(name))}  prompt of ${formatName(plugin)}`,
  `  ${description}`,
]

function facts({ options, made }: PromptDescription, { width }: Page): readonly string[] {
  const named = options?.map(({ name, required }) => `${formatName(name)}${required ? ' (required)' : ''}`)
  const lines = [`  options    ${named?.join(', ') ?? 'not told by its schema'}`]
  if (named?.length === 0) lines[0] = '  options    none'
  if (made === undefined) lines.push('  variables  depend on its options')
  else lines.push(`  variables  ${made.variables.map(formatName).join(', ') || 'none'}`, `  version    ${made.version}`)
  return lines.map((line) => cutText(line, width))
}

function madeLines(made: NonNullable<PromptDescription['made']>, { style }: Page): readonly string[] {
  const { variables, version, text } = made
  return [
    `${style.bold('Variables')}  ${variables.map(formatName).join(', ') || 'none'}`,
    `${style.bold('Version')}    ${version}`,
    '',
    ...(text ?? []).flatMap(({ role, text: said }) => [
      style.bold(role),
      ...said.split('\n').map((line) => (line === '' ? '' : `  ${line}`)),
    ]),
    ...(text === undefined ? [`Its class ${made.class} writes its text from a row alone.`] : []),
  ]
}
