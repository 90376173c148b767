import type { ExpressionNode } from './expression-tree.js'

/** A constant of an expression. */
interface ConstantNode extends ExpressionNode {
  readonly value?: { readonly value?: unknown }
}

/**
 * The positions of the arguments that `format` or `printf` inserts as they are, as in `{}` and `%s`. An argument with a
 * format for numbers, as in `{:.2f}` and `%.2f`, is not among them.
 */
export function plainArguments(name: string, children: readonly ExpressionNode[]): readonly number[] {
  const read = readers[name]
  const pattern = (children[0] as ConstantNode | undefined)?.value?.value
  if (read === undefined || typeof pattern !== 'string') return []
  const plain = new Set<number>()
  const formatted = new Set<number>()
  for (const { index, isPlain } of read(pattern)) (isPlain ? plain : formatted).add(index)
  return [...plain].filter((index) => !formatted.has(index) && index < children.length)
}

interface Insertion {
  /** The position among the arguments; the pattern has position 0. */
  readonly index: number
  readonly isPlain: boolean
}

const readers: Readonly<Record<string, (pattern: string) => Insertion[]>> = {
  format: formatInsertions,
  printf: printfInsertions,
}

/** Insertions such as `{}`, `{0}`, `{:>8}`, and `{:.2f}`. Two braces are one brace of the text. */
function formatInsertions(pattern: string): Insertion[] {
  const found = pattern.matchAll(/\{\{|\{(\d*)(?::([^}]*))?\}/g)
  return insertions(found, ([, , format = '']) => /^(.?[<>^]\d*)?$/.test(format))
}

/** Insertions such as `%s`, `%2$s`, and `%.2f`. */
function printfInsertions(pattern: string): Insertion[] {
  const found = pattern.matchAll(/%%|%(?:(\d+)\$)?[-+ 0#]*\d*(?:\.\d+)?([a-zA-Z])/g)
  return insertions(found, ([, , conversion]) => conversion === 's')
}

function insertions(found: Iterable<RegExpExecArray>, isPlain: (match: RegExpExecArray) => boolean): Insertion[] {
  const all: Insertion[] = []
  for (const match of found) {
    const [text, position = ''] = match
    if (text === '{{' || text === '%%') continue
    // `format` counts from 0 and `printf` from 1; the pattern comes before the arguments.
    const index = position === '' ? all.length + 1 : Number(position) + (text.startsWith('{') ? 1 : 0)
    all.push({ index, isPlain: isPlain(match) })
  }
  return all
}
