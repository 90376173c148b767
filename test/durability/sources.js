// Pipelines that read the same rows from sources of every kind, for the tests of partitions.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pipeline } from '@maestro-dataflow/core'

const count = 23
const texts = Array.from({ length: count }, (_, n) => `text ${n}\nwith "quotes", ${n}`)
/** Makes files longer than the pieces in which they are read. */
const long = 'long '.repeat(12_000)
const rowsOf = (from = 0, more = '') => texts.map((text, n) => ({ n: String(n + from), text: text + more }))
const lines = (from = 0, to = count, more = '') =>
  rowsOf(0, more)
    .slice(from, to)
    .map((row) => `${JSON.stringify(row)}\n${Number(row.n) % 6 === 1 ? 'broken\n' : ''}`)
    .join('')
const cells = (from = 0, to = count, more = '') =>
  `n,text\n${rowsOf(0, more)
    .slice(from, to)
    .map(({ n, text }) => `${n},"${text.replaceAll('"', '""')}"\n${n === '9' ? 'a,b,c\n' : ''}`)
    .join('')}`

/**
 * Writes the files of a source into a folder.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>}
 */
export const sourceFiles = {
  'JSON lines in several files': { 'in/1.jsonl': lines(0, 9), 'in/2.jsonl': '', 'in/3.jsonl': lines(9) },
  'CSV in several files': { 'in/1.csv': cells(0, 9), 'in/2.csv': cells(9) },
  'long JSON lines': { 'in/1.jsonl': lines(0, count, long) },
  'long CSV': { 'in/1.csv': cells(0, count, long) },
  'JSON lines with a key that comes twice': { 'in/1.jsonl': lines() + lines(2, 4) },
  'compressed JSON lines': { 'in/1.jsonl.gz': gzipSync(lines()) },
  'a JSON list': { 'in/1.json': JSON.stringify(rowsOf()) },
  'CSV with a byte order mark': { 'in/1.csv': `\uFEFF${cells()}` },
  'a limited number of lines': { 'in/1.jsonl': lines() },
  'an array': {},
  'a function': {},
}

/** @param {string} folder @param {string} kind */
export function writeSource(folder, kind) {
  for (const [name, content] of Object.entries(sourceFiles[kind] ?? {})) writeFileSync(join(folder, name), content)
}

/**
 * @param {string} kind
 * @param {{ seen: (n: string) => void, moved?: number }} settings `moved`: the first number of the rows of a function.
 */
export function reading(kind, { seen, moved = 0 }) {
  const options = { path: 'in/*', columns: /** @type {const} */ ({ n: 'string', text: 'string' }) }
  const source =
    kind === 'an array'
      ? pipeline('reading').from(rowsOf())
      : kind === 'a function'
        ? pipeline('reading').from(() => rowsOf(moved))
        : pipeline('reading').read('fs.file', kind.includes('key') ? { ...options, key: 'n' } : options)
  return source
    .map(
      (row) => {
        seen(row.n)
        return { ...row, n: Number(row.n) }
      },
      { id: 'see' },
    )
    .write('fs.file', { path: 'answers.jsonl' })
}
