import type { Style } from '../terminal/style.js'
import { padText, textWidth } from '../terminal/text-width.js'
import type { Check } from './check.js'

/** The checks as text for people: one line each, followed by the remedy. */
export function renderChecks(checks: readonly Check[], style: Style): string {
  const widest = Math.max(...checks.map(({ name }) => textWidth(name)))
  const colours = { ok: style.good, warn: style.warn, fail: style.bad }
  const lines = checks.flatMap(({ name, status, message, hint = '' }) => {
    const indent = ' '.repeat(4 + 2)
    const [first = '', ...more] = message.split('\n')
    return [
      `${colours[status](status.padEnd(4))}  ${padText(name, widest)}  ${first}`,
      ...more.map((line) => `${indent}${line}`),
      ...(hint === '' ? [] : hint.split('\n').map((line) => style.dim(`${indent}${line}`))),
    ]
  })
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length
  lines.push('', `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`)
  return `${lines.join('\n')}\n`
}
