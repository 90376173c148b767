import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Columns, Row, TableEngine } from '@maestro-dataflow/core'
import { keyOf, type Line, MemoryEngine } from '../memory-engine.js'

const engine = (change: (right: MemoryEngine) => Partial<MemoryEngine>) => () => Object.assign(new MemoryEngine(), change(new MemoryEngine()))

/** An engine that compares values in another form. */
const comparing = (change: (value: unknown) => unknown) =>
  engine((right) => ({
    apply(statement, lines) {
      if (statement.kind !== 'dedupe' && statement.kind !== 'aggregate') return right.apply(statement, lines)
      const changed = new Map<Line, Line>(lines.map((line) => [{ ...line, row: Object.fromEntries(Object.entries(line.row).map(([name, value]) => [name, change(value)])) }, line]))
      return right.apply(statement, [...changed.keys()]).map((line) => changed.get(line) ?? line)
    },
  }))

const ofText = (change: (text: string) => unknown) => comparing((value) => (typeof value === 'string' ? change(value) : value))
const sameText = 'texts are equal only with the same characters, and an empty text is not a missing value'
let firstColumns: Columns | undefined

/** Table engines that are wrong at the edges, each with the rule that finds it. */
export const engineEdges: readonly { fault: string; make: () => TableEngine; rule: string }[] = [
  { fault: 'takes a limit of no rows for none', rule: 'a limit of no rows, and a place behind the last row, leave none', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'limit' && statement.count === 0 ? lines : right.apply(statement, lines)) })) },
  { fault: 'counts a place behind the end from the end', rule: 'a limit of no rows, and a place behind the last row, leave none', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'limit' && (statement.offset ?? 0) > lines.length ? lines.slice(-statement.count) : right.apply(statement, lines)) })) },
  { fault: 'puts the last duplicate in the place of the first', rule: 'rows that stay after a dedupe are in the order of the input', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'dedupe' ? [...Map.groupBy(lines, ({ row }) => keyOf(row, statement.by)).values()].map((group) => group.at(statement.keep === 'first' ? 0 : -1) as Line) : right.apply(statement, lines)) })) },
  { fault: 'compares texts without the blanks around them', rule: sameText, make: ofText((text) => text.trim()) },
  { fault: 'compares texts in any capitals', rule: sameText, make: ofText((text) => text.toLowerCase()) },
  { fault: 'compares texts in their composed form', rule: sameText, make: ofText((text) => text.normalize('NFC')) },
  { fault: 'takes an empty text for a missing value', rule: sameText, make: ofText((text) => (text === '' ? null : text)) },
  { fault: 'compares texts of digits as numbers', rule: sameText, make: ofText((text) => (/^[\d.]+$/.test(text) ? Number(text) : text)) },
  { fault: 'repeats rows until a sample is full', rule: 'a sample of more rows than there are is all of them, once', make: engine((right) => ({ apply: (statement, lines) => { const out = right.apply(statement, lines); return statement.kind === 'sample' && 'count' in statement && out.length < statement.count ? [...out, ...out].slice(0, statement.count) : out } })) },
  { fault: 'makes texts of parameters', rule: 'a parameter keeps its type', make: engine((right) => ({ holds: (row, where, params = {}) => right.holds(row, where, Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))) })) },
  { fault: 'compares big integers as numbers', rule: 'whole numbers beyond 2^53 are compared by all of their digits', make: engine((right) => ({ compare: (one, other, by) => right.compare(asNumbers(one), asNumbers(other), by) })) },
  { fault: 'groups big integers as numbers', rule: 'whole numbers beyond 2^53 are compared by all of their digits', make: comparing((value) => (typeof value === 'bigint' ? Number(value) : value)) },
  { fault: 'does not end its last line', rule: 'each line of its output ends', make: engine((right) => ({ write: async (request, lines) => { await right.write(request, lines); await writeFile(request.output.path, (await readFile(request.output.path, 'utf8')).trimEnd()) } })) },
  { fault: 'rejects lines without what they hold', rule: 'a line that is rejected is passed on', make: engine((right) => ({ read: (request) => right.read({ ...request, reject: (row) => request.reject({ ...row, row: undefined }) }) })) },
  { fault: 'rejects a line twice', rule: 'a line that is not a row is rejected, and the others are read', make: engine((right) => ({ read: (request) => right.read({ ...request, reject: (row) => { request.reject(row); request.reject(row) } }) })) },
  { fault: 'counts lines from zero where it rejects one', rule: 'a line that is not a row is rejected, and the others are read', make: engine((right) => ({ read: (request) => right.read({ ...request, reject: (row) => request.reject({ ...row, id: row.id.replace(/\d+$/, (number) => String(Number(number) - 1)) }) }) })) },
  { fault: 'keeps the columns of its first request', rule: 'each request has its own columns', make: () => { firstColumns = undefined; return engine((right) => ({ read: (request) => { firstColumns ??= request.columns.columns; return right.read({ ...request, columns: { columns: firstColumns, open: true } }) } }))() } },
  { fault: 'leaves a file outside of its folder', rule: 'leaves no file but its output', make: engine((right) => ({ write: async (request, lines) => { await right.write(request, lines); await writeFile(join(dirname(request.directory), 'acme.tmp'), '') } })) },
  { fault: 'does not apply a filter to the last row', rule: 'a filter keeps the rows for which its expression is true', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'filter' ? [...right.apply(statement, lines.slice(0, -1)), ...lines.slice(-1)] : right.apply(statement, lines)) })) },
  { fault: 'samples the first rows', rule: 'a sample has its size, and is the same for the same seed', make: engine(() => ({ sample: (lines, _seed, count) => lines.slice(0, count) })) },
  { fault: 'counts rejected lines as none', rule: 'a line that is not a row is rejected, and the others are read', make: engine(() => ({ async execute(this: MemoryEngine, request) { const counts = await MemoryEngine.prototype.execute.call(this, request); return { ...counts, rowsIn: counts.rowsIn - counts.rejected } } })) },
]

function asNumbers(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]))
}
