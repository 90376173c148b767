import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Row, TableEngine, TableParquetRequest } from '@maestro-dataflow/core'
import { fault, type Line, MemoryEngine } from './memory-engine.js'
import { ParquetMemoryEngine } from './parquet-memory-engine.js'

const engine = (change: (right: MemoryEngine) => Partial<MemoryEngine>) => () => {
  const right = new MemoryEngine()
  const methods = new MemoryEngine()
  return Object.assign(right, change(methods))
}
let runs = 0
let shared: readonly Line[] = []

/** Table engines that are wrong, each with the rule that finds it. */
export const wrongEngines: readonly { fault: string; make: () => TableEngine; rule: string }[] = [
  { fault: 'has no name', rule: 'has a name', make: engine(() => ({ name: '' })) },
  { fault: 'keeps rows without a value', rule: 'a filter keeps the rows for which its expression is true', make: engine((right) => ({ holds: (row, where, params) => row.n === null || right.holds(row, where, params) })) },
  { fault: 'turns equal rows round', rule: 'a sort orders rows, and keeps the order of equal ones', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement, statement.kind === 'sort' ? lines.toReversed() : lines) })) },
  { fault: 'forgets the place from which a limit counts', rule: 'a limit takes rows from a place on', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'limit' ? lines.slice(0, statement.count) : right.apply(statement, lines)) })) },
  { fault: 'draws another sample each time', rule: 'a sample has its size, and is the same for the same seed', make: engine((right) => ({ sample: (lines, _seed, count) => right.sample(lines, runs++, count) })) },
  { fault: 'ignores the seed', rule: 'a sample has its size, and is the same for the same seed', make: engine((right) => ({ sample: (lines, _seed, count) => right.sample(lines, 1, count) })) },
  { fault: 'always keeps the first duplicate', rule: 'duplicates are merged into the first or the last row', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement.kind === 'dedupe' ? { ...statement, keep: 'first' } : statement, lines) })) },
  { fault: 'counts duplicates as dropped', rule: 'duplicates are merged into the first or the last row', make: engine(() => ({ async execute(this: MemoryEngine, request) { const counts = await MemoryEngine.prototype.execute.call(this, request); return { ...counts, dropped: counts.dropped + counts.merged, merged: 0 } } })) },
  { fault: 'gives groups random ids', rule: 'an aggregate makes one row of each group', make: engine((right) => ({ apply: (statement, lines) => right.apply(statement, lines).map((line) => (statement.kind === 'aggregate' ? { ...line, id: crypto.randomUUID() } : line)) })) },
  { fault: 'writes rows through JSON', rule: 'values and ids stay as they are', make: engine(() => ({ async write({ output }, lines) { await writeFile(output.path, lines.map(({ id, row }) => `{"id":"${id}","row":${JSON.stringify(row).toWellFormed().replaceAll('\\ud83d', '?')}}\n`).join('')) } })) },
  { fault: 'numbers the rows anew', rule: 'values and ids stay as they are', make: engine((right) => ({ write: (request, lines) => right.write(request, lines.map((line, n) => ({ ...line, id: String(n) }))) })) },
  { fault: 'knows columns of letters only', rule: 'columns may have unusual names', make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'sort' && statement.by.some(({ column }) => !/^\w+$/.test(column)) ? lines : right.apply(statement, lines)) })) },
  { fault: 'puts a parameter into the expression', rule: 'a parameter is a value and no part of the expression', make: engine((right) => ({ holds: (row, where, params = {}) => (Object.values(params).some((value) => String(value).includes("' OR '")) ? true : right.holds(row, where, params)) })) },
  { fault: 'finds no fault', rule: 'a fault of a statement is found before any row is read', make: engine(() => ({ prepare: async () => ({ faults: [], reads: [] }) })) },
  { fault: 'finds a fault in every statement', rule: 'a fault of a statement is found before any row is read', make: engine(() => ({ prepare: async () => ({ faults: [fault('no')], reads: [] }) })) },
  { fault: 'accepts subqueries', rule: 'an expression reaches neither files nor other tables', make: engine((right) => ({ prepare: async (statements, set) => (statements.some((statement) => statement.kind === 'filter' && statement.where.includes('select')) ? { faults: [], reads: [] } : right.prepare(statements, set)) })) },
  { fault: 'leaves a broken line out in silence', rule: 'a line that is not a row is rejected, and the others are read', make: engine((right) => ({ read: async (request) => ({ lines: (await right.read({ ...request, reject: () => undefined })).lines, rejected: 0 }) })) },
  { fault: 'fails without rows', rule: 'an input without rows is not a fault', make: engine((right) => ({ apply: (statement, lines) => { if (lines.length === 0) throw new RangeError('nothing'); return right.apply(statement, lines) } })) },
  { fault: 'keeps its rows in a variable of its module', rule: 'requests at once do not disturb each other', make: engine((right) => ({ apply: (statement, lines) => { shared = right.apply(statement, lines); return shared }, write: async (request) => { await new Promise((resolve) => setTimeout(resolve, 20)); await right.write(request, shared) } })) },
  { fault: 'leaves a file', rule: 'leaves no file but its output', make: engine((right) => ({ write: async (request, lines) => { await right.write(request, lines); await writeFile(join(request.directory, 'spill'), '') } })) },
  { fault: 'does not listen to its signal', rule: 'ends when its signal has fired', make: engine(() => ({ execute(this: MemoryEngine, request) { return MemoryEngine.prototype.execute.call(this, { ...request, signal: new AbortController().signal }) } })) },
  { fault: 'reads texts of digits in Parquet as numbers', rule: 'the rows of a Parquet file are those that it was made of', make: () => Object.assign(new ParquetMemoryEngine(), { convert: (row: Row) => (row.text === '00123' ? { ...row, text: 123 } : row) }) },
  { fault: 'counts the rows of Parquet files from zero', rule: 'statements over Parquet files make the same rows as over lines', make: () => Object.assign(new ParquetMemoryEngine(), { executeOnParquet(this: ParquetMemoryEngine, request: TableParquetRequest) { return ParquetMemoryEngine.prototype.executeOnParquet.call(this, { ...request, input: { ...request.input, idPrefixes: ['0'] } }) } }) },
  { fault: 'cannot be freed twice', rule: 'can be freed twice', make: () => { let freed = false; return Object.assign(new MemoryEngine(), { dispose: async () => { if (freed) throw new RangeError('gone'); freed = true } }) } },
]
