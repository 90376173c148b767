import { hostname } from 'node:os'
import type { Row } from '@maestro-dataflow/core'
import { asking, batches, everyRow, map, messages, operator, right, type Texts, textOf, type WrongOperator, whole, withModel } from '../operators-for-the-suite.js'


const json = { columns: () => ({ reads: ['text'], adds: { result: 'json' as const } }) }
const integer = { columns: () => ({ reads: ['text'], adds: { result: 'integer' as const } }) }
const flat = (run: (row: Texts) => unknown) => operator('flatMap', () => run)

const connection = { open: true }
const answers = new Map([['r1', 'what a run before has made of its first row']])
const failures = { count: 0 }
const template: Row = { text: '', n: 0, kind: '' }
class Record_ {
  constructor(row: object) {
    Object.assign(this, row)
  }
}

/** Operators of authors in a hurry. */
export const hurriedOperators: readonly WrongOperator[] = [
  { fault: 'closes what all runs share when one of them ends', rule: 'it processes the sample rows', part: operator('map', () => Object.assign((row: Texts) => { if (!connection.open) throw new RangeError('closed'); return right(row) }, { dispose: () => void (connection.open = false) })) },
  { fault: 'keeps results by the id of the row, across runs', rule: 'equal rows have the same result within a run', part: operator('map', () => (row: Texts, { rowId }: { rowId: string }) => { if (!answers.has(rowId)) answers.set(rowId, textOf(row.text)); return { ...row, result: answers.get(rowId) } }) },
  { fault: 'returns a row of a class', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => new Record_(right(row))) },
  { fault: 'returns a Proxy that computes its cells', rule: 'it processes the sample rows', part: map((row) => new Proxy(right(row), { get: (target, name) => (name === 'result' ? String(Math.random()) : Reflect.get(target, name)) })) },
  { fault: 'returns a row with a getter', rule: 'it processes the sample rows', part: map((row) => ({ ...row, get result() { return String(Math.random()) } })) },
  { fault: 'adds a symbol as a key', rule: 'it processes the sample rows', part: map((row) => ({ ...right(row), [Symbol('acme')]: 1 })) },
  { fault: 'hides its result from those who list columns', rule: 'it processes the sample rows', part: map((row) => Object.defineProperty({ ...row }, 'result', { value: textOf(row.text), enumerable: false })) },
  { fault: 'returns a row that inherits its columns', rule: 'it processes the sample rows', part: map((row) => Object.assign(Object.create(row), { result: textOf(row.text) })) },
  { fault: 'returns a list with the row', rule: 'it processes the sample rows', part: map((row) => [right(row)]) },
  { fault: 'returns an error and does not throw it', rule: 'it processes the sample rows', part: map(() => new RangeError('no')) },
  { fault: 'throws a text', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => { if (textOf(row.text) === '') throw 'no text'; return right(row) }) },
  { fault: 'throws null', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => { if (textOf(row.text) === '') throw null; return right(row) }) },
  { fault: 'throws nothing', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => { if (textOf(row.text) === '') throw undefined; return right(row) }) },
  { fault: 'does not await its result', rule: 'it processes the sample rows', part: map((row) => ({ ...row, result: Promise.resolve(textOf(row.text)) })) },
  { fault: 'fills its rows after it has returned them', rule: 'it processes the sample rows', part: batches((all) => { const out = all.map((row): Row => ({ ...row, result: '' })); setImmediate(() => out.forEach((row, n) => void ((row as { result: string }).result = textOf(all[n]?.text)))); return out }) },
  { fault: 'waits for nothing in a forEach', rule: 'it processes the sample rows', part: batches(async (all) => { const out: object[] = []; all.forEach(async (row) => { await null; await null; await null; out.push(right(row)) }); return out }) },
  { fault: 'returns the same list of children each time, and waits', rule: 'it processes the sample rows', part: operator('flatMap', () => { const children: object[] = []; return async (row: Texts) => { children.length = 0; children.push(right(row), { ...row, result: '' }); await null; return children } }) },
  { fault: 'returns a text where rows are expected', rule: 'it processes the sample rows', part: flat((row) => textOf(row.text)) },
  { fault: 'returns a Map of rows', rule: 'it processes the sample rows', part: flat((row) => new Map([['row', right(row)]])) },
  { fault: 'throws after the last row', rule: 'it processes the sample rows', part: flat(function* (row) { yield right(row); throw new RangeError('at the end') }) },
  { fault: 'throws after the last row if it is empty', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: flat(function* (row) { yield right(row); if (textOf(row.text) === '') throw new RangeError('at the end') }) },
  { fault: 'returns its last row in place of yielding it', rule: 'it processes the sample rows', part: flat(function* (row) { yield right(row); return { ...row, result: 'last' } }) },
  { fault: 'never ends a row', rule: 'it processes the sample rows', part: flat(async function* (row) { yield right(row); await new Promise(() => undefined) }) },
  { fault: 'gives fewer results for the last batch', rule: 'it accepts the same rows several times', part: operator('mapBatches', () => { let seen = 0; return (all: readonly Texts[]) => { seen++; return seen > 1 ? all.slice(1).map(right) : all.map(right) } }) },
  { fault: 'pads a batch to its size', rule: 'it processes the sample rows', part: batches((all) => [...all, ...all].slice(0, Math.max(all.length, 4)).map(right)) },
  { fault: 'returns results in a sparse list', rule: 'it processes the sample rows', part: batches((all) => { const out: object[] = []; all.forEach((row, n) => { if (n !== 1) out[n] = right(row) }); out.length = all.length; return out }) },
  { fault: 'returns a Set of results', rule: 'it processes the sample rows', part: batches((all) => new Set(all.map(right))) },
  { fault: 'shares one error object between rows', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: batches((all) => { const error = new RangeError('no'); return all.map((row) => (textOf(row.text) === '' ? error : right(row))) }) },
  { fault: 'loses equal rows', rule: 'it accepts the same rows several times', part: batches((all) => [...new Map(all.map((row) => [row.text, right(row)])).values()]) },
  { fault: 'answers 1 and 0 for a filter', rule: 'it processes the sample rows', part: operator('filter', () => (row: Texts) => (textOf(row.text) === '' ? 0 : 1)) },
  { fault: 'answers with a Boolean object', rule: 'it processes the sample rows', part: operator('filter', () => (row: Texts) => Object(textOf(row.text) !== '')) },
  { fault: 'forgets to answer for an empty text', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: operator('filter', () => (row: Texts) => { if (textOf(row.text) !== '') return true; return undefined }) },
  { fault: 'says that it drops a row, and keeps it', rule: 'it processes the sample rows', part: operator('filter', () => (_row: Texts, { drop }: { drop: (why: string) => boolean }) => { drop('no'); return true }) },
  { fault: 'forgets to return what drop gives', rule: 'it processes the sample rows', part: operator('filter', () => (row: Texts, { drop }: { drop: (why: string) => boolean }) => { if (textOf(row.text) === 'TWO SHIPS') drop('no'); return true }) },
  { fault: 'changes the context of the call', rule: 'it does not change the rows that it receives', part: operator('map', () => (row: Texts, context: { rowId: string }) => { context.rowId = 'mine'; return right(row) }) },
  { fault: 'counts fractions as integers', rule: 'it processes the sample rows', part: map((row) => ({ ...row, result: textOf(row.text).length / 2 }), integer) },
  { fault: 'counts beyond what a number holds', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => ({ ...row, result: textOf(row.text).length === 0 ? Number.POSITIVE_INFINITY : 1 }), integer) },
  { fault: 'divides by the length of an empty text', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => ({ ...row, result: Math.round(1 / textOf(row.text).length) }), integer) },
  { fault: 'has a function as a cell', rule: 'it processes the sample rows', part: map((row) => ({ ...row, result: () => row.text }), json) },
  { fault: 'has a cell that contains itself', rule: 'it processes the sample rows', part: map((row) => { const result: Record<string, unknown> = {}; result.self = result; return { ...row, result } }, json) },
  { fault: 'has an error as a cell', rule: 'it processes the sample rows', part: map((row) => ({ ...row, result: new RangeError(textOf(row.text)) }), json) },
  { fault: 'gives a cell out and adds to it later', rule: 'it processes the sample rows', part: operator('map', () => { const seen: string[] = []; return (row: Texts) => { seen.push(textOf(row.text)); return { ...row, result: seen } } }, json) },
  { fault: 'writes the name of the machine', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: `${hostname()} ${textOf(row.text)}` })) },
  { fault: 'writes the number of the process', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: `${process.pid} ${textOf(row.text)}` })) },
  { fault: 'writes the working directory', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: `${process.cwd()} ${textOf(row.text)}` })) },
  { fault: 'writes how long the process has run', rule: 'it does not change the rows that it receives', part: map((row) => ({ ...row, result: `${process.uptime()} ${performance.now()}` })) },
  { fault: 'writes numbers as the machine does', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: (1234.5).toLocaleString() + textOf(row.text) })) },
  { fault: 'raises letters as the machine does', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: typeof row.text === 'string' ? row.text.toLocaleUpperCase() : '' })) },
  { fault: 'writes a local date', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: new Intl.DateTimeFormat(undefined, { dateStyle: 'full' }).format(0) + textOf(row.text) })) },
  { fault: 'writes the time of day', rule: 'a run in a new process on another day returns the same result', part: map((row) => ({ ...row, result: `${new Date().getMinutes()} ${textOf(row.text)}` })) },
  { fault: 'draws with crypto', rule: 'it does not change the rows that it receives', part: map((row) => ({ ...row, result: crypto.randomUUID() + textOf(row.text) })) },
  { fault: 'repeats a failed question until it is answered', rule: 'it ends when its signal fires, and can run again', part: asking(async (serving, row) => { for (;;) try { return { ...row, result: (await serving.generate({ messages: messages(row) })).text } } catch {} }), settings: withModel },
  { fault: 'asks again by itself, also after its signal', rule: 'it ends when its signal fires, and can run again', part: asking(async (serving, row, signal) => { for (let tries = 0; ; tries++) try { return { ...row, result: (await serving.generate({ messages: messages(row) }, { signal })).text } } catch (error) { if (tries > 200) throw error; await new Promise((resolve) => setTimeout(resolve, 50)) } }), settings: withModel },
  { fault: 'leaves its listener on the signal', rule: 'it frees its resources', part: operator('map', () => (row: Texts, { signal }: { signal: AbortSignal }) => { signal.addEventListener('abort', () => void failures.count++); return right(row) }) },
  { fault: 'keeps every row of every run', rule: 'it keeps no rows of a run that has ended', part: (() => { const all: unknown[] = []; return map((row) => { all.push(row); return right(row) }) })() },
  { fault: 'changes a template of its module', rule: 'it does not change the rows that it receives', part: map((row) => { if (typeof row.text === 'string') (template as { text: string }).text = row.text; return { ...row, result: textOf(template.text) } }) },
  { fault: 'is never freed', rule: 'it processes the sample rows', part: operator('map', () => Object.assign((row: Texts) => right(row), { dispose: () => new Promise(() => undefined) })) },
  { fault: 'fails after a while when it is freed', rule: 'it frees its resources', part: operator('map', () => Object.assign((row: Texts) => right(row), { dispose: async () => { await null; throw new RangeError('gone') } })) },
  { fault: 'leaves a rejected promise', rule: 'it processes the sample rows', part: map((row) => { void Promise.reject(new RangeError('nobody waits')); return right(row) }) },
  { fault: 'writes a column with the name of a cell', rule: 'it processes the sample rows', part: map((row) => ({ ...right(row), [String(row.kind)]: 1 })) },
  { fault: 'removes columns without a value', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => Object.fromEntries(Object.entries(right(row)).filter(([, value]) => value !== null && value !== undefined))) },
  { fault: 'copies the row through JSON', rule: 'values of all kinds are processed as declared, or rejected with a typed error', part: map((row) => ({ ...JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))), result: textOf(row.text) })) },
  { fault: 'throws after the last row of the table', rule: 'it processes the sample rows', part: whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids, rows }; throw new RangeError('at the end') }) },
  { fault: 'yields a batch with fewer ids than rows', rule: 'it processes the sample rows', part: whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids: ids.slice(1), rows } }) },
  { fault: 'loses the last row of a table in silence', rule: 'it processes the sample rows', part: whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids: ids.slice(0, -1), rows: rows.slice(0, -1) } }) },
  { fault: 'gives a table the ids of other rows', rule: 'it processes the sample rows', part: whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids: ids.toReversed(), rows } }) },
  { fault: 'reads the table without waiting', rule: 'it processes the sample rows', part: whole(async function* (all) { const out = { ids: [] as string[], rows: [] as Row[] }; void everyRow(all).then(({ ids, rows }) => { out.ids.push(...ids); out.rows.push(...rows) }); yield out }) },
]
