import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findByRules } from './find-by-rules.js'
import { type PersonalDataType, ruleTypes } from './personal-data.js'

interface Piece {
  readonly type: string
  readonly text: string
}

/** A text without its marks, and what they mark. */
function readMarks(line: string): { readonly text: string; readonly marked: readonly (Piece & { start: number })[] } {
  const marked: (Piece & { start: number })[] = []
  let text = ''
  for (const part of line.split(/(\[\[[a-z-]+\|.*?\]\](?!\]))/)) {
    const { type, value } = /^\[\[(?<type>[a-z-]+)\|(?<value>.*)\]\]$/.exec(part)?.groups ?? {}
    if (type === undefined || value === undefined) text += part
    else {
      marked.push({ type, text: value, start: text.length })
      text += value
    }
  }
  return { text, marked }
}

const all = new Set<PersonalDataType>(ruleTypes)

const resultsOf = (file: string) =>
  readFileSync(join(import.meta.dirname, '__fixtures__', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readMarks)
    .map(({ text, marked }) => ({ text, marked, found: findByRules(text, all) }))

const sets = {
  'the labelled texts': { results: resultsOf('labelled.txt'), types: ruleTypes },
  'the labelled texts in other languages': {
    results: resultsOf('labelled-languages.txt'),
    types: ['email', 'phone', 'card', 'iban', 'ip'] as const,
  },
  'the labelled messages': {
    results: resultsOf('labelled-messages.txt'),
    types: ['email', 'phone', 'card', 'iban', 'ip', 'credentials', 'us-ssn'] as const,
  },
}
const measured = Object.entries(sets).flatMap(([name, { results, types }]) =>
  types.map((type) => ({ name, type, results })),
)

test.each(measured)('$type: precision and recall of at least 0.95 on $name', ({ type, results }) => {
  const misses: string[] = []
  const surplus: string[] = []
  let [wanted, found, right] = [0, 0, 0]
  for (const { text, marked, found: pieces } of results) {
    const expected = marked.filter((piece) => piece.type === type)
    const given = pieces.filter((piece) => piece.type === type)
    wanted += expected.length
    found += given.length
    // A piece counts when it covers all that is marked and nothing but punctuation besides.
    const covers = (piece: { start: number; end: number }, mark: { start: number; text: string }) =>
      piece.start <= mark.start && piece.end >= mark.start + mark.text.length
    for (const mark of expected)
      if (given.some((piece) => covers(piece, mark))) right++
      else misses.push(`${mark.text}  in  ${text}`)
    for (const piece of given)
      if (!expected.some((mark) => covers(piece, mark)))
        surplus.push(`${text.slice(piece.start, piece.end)}  in  ${text}`)
  }
  const faults = { type, recall: right / wanted, precision: (found - surplus.length) / found, misses, surplus }
  expect(wanted, JSON.stringify(faults, null, 2)).toBeGreaterThanOrEqual(3)
  expect(faults.recall, JSON.stringify(faults, null, 2)).toBeGreaterThanOrEqual(0.95)
  expect(faults.precision, JSON.stringify(faults, null, 2)).toBeGreaterThanOrEqual(0.95)
})

test.each([
  ['digits', (n: number) => '1'.repeat(n)],
  ['digits and blanks', (n: number) => '1 '.repeat(n / 2)],
  ['digits and brackets', (n: number) => '(1)-'.repeat(n / 4)],
  ['letters', (n: number) => 'a'.repeat(n)],
  ['letters and dots', (n: number) => 'a.'.repeat(n / 2)],
  ['signs', (n: number) => 'a@'.repeat(n / 2)],
  ['colons', (n: number) => 'a:'.repeat(n / 2)],
  ['schemes', (n: number) => 'a://b:'.repeat(n / 6)],
  ['addresses', (n: number) => 'x@y.org '.repeat(n / 8)],
  ['slashes', (n: number) => 'http://'.repeat(n / 7)],
])('a text of %s takes time that grows with its length, not with its square', (_, make) => {
  const timeOf = (length: number) => {
    const text = make(length)
    const started = performance.now()
    findByRules(text, all)
    return performance.now() - started
  }
  timeOf(10_000)
  const [short, long] = [Math.min(timeOf(15_000), timeOf(15_000)), timeOf(120_000)]
  // Eight times the length: quadratic work would take 64 times as long. The constant absorbs the noise of a busy machine.
  expect(long).toBeLessThan(24 * short + 1000)
})

test('numbers beside other numbers are found whole', () => {
  for (const { text, marked, found } of resultsOf('adjacent.txt'))
    expect(found.map(({ type, start, end }) => ({ type, text: text.slice(start, end), start }))).toEqual(marked)
})
