import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch, Row, SinkDefinition } from '@maestro-dataflow/core'
import type { SinkCase } from '../../../conformance/sink/sink-suite.js'
import { sink } from '../storages-for-the-suite.js'

/** A sink of a careless author, and the rule that finds it. */
export interface CarelessSink {
  readonly fault: string
  readonly part: SinkDefinition
  readonly rule: SinkCase
}

const visible = 'the written rows are visible after the commit, in order'
const early = 'nothing is visible before the commit'
const back = 'values of all kinds are read back'
const names = 'columns with unusual names are read back, or refused'
const typed = 'values of all kinds are written, or refused with a typed error that names the row'

const plain = (batch: Batch): Row[] => batch.rows.map((row) => JSON.parse(JSON.stringify(row)))

/** A sink that writes other values than it was given. */
const changing = (change: (value: unknown, name: string) => unknown) =>
  sink((right) => ({
    write: (batch: Batch) =>
      right.write({ ...batch, rows: batch.rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value, name)]))) }),
  }))
const texts = (change: (text: string) => unknown) => changing((value) => (typeof value === 'string' ? change(value) : value))
const numbers = (change: (number: number) => unknown) => changing((value) => (typeof value === 'number' ? change(value) : value))

/** A sink that writes other rows than it was given. */
const rewriting = (change: (row: Row) => Row) => sink((right) => ({ write: (batch: Batch) => right.write({ ...batch, rows: batch.rows.map(change) }) }))
const renaming = (change: (name: string) => string) => rewriting((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [change(name), value])))

let last: Row[] = []
let handle = ''

/** Sinks of careless authors, each with the rule that finds it. */
export const carelessSinks: readonly CarelessSink[] = [
  // Rows.
  { fault: 'writes only full batches', rule: visible, part: sink((_right, { rows, save, path }) => { let some: Row[] = []; let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; some.push(...plain(batch)); while (some.length >= 2) { rows.push(...some.slice(0, 2)); some = some.slice(2) } }, commit: async () => { await save(); return { rows: count, location: path } } } }) },
  { fault: 'keeps the last batch only', rule: visible, part: sink((right, { rows, save, path }) => { let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; rows.length = 0; return right.write(batch) }, commit: async () => { await save(); return { rows: count, location: path } } } }) },
  { fault: 'does not wait for its writes', rule: visible, part: sink((_right, { rows, path, save }) => { let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; setTimeout(() => rows.push(...plain(batch)), 5) }, commit: async () => { await save(); return { rows: count, location: path } } } }) },
  { fault: 'writes at the same time what must be in order', rule: visible, part: sink((_right, { rows, path, save }) => { const writes: Promise<void>[] = []; let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; writes.push(sleep(20 - 4 * count).then(() => void rows.push(...plain(batch)))) }, commit: async () => { await Promise.all(writes); await save(); return { rows: count, location: path } } } }) },
  { fault: 'replaces rows with the same text', rule: back, part: sink((_right, { rows, path, save }) => { const byName = new Map<string, Row>(); let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; for (const row of plain(batch)) byName.set(String(row.name), row) }, commit: async () => { rows.push(...byName.values()); await save(); return { rows: count, location: path } } } }) },
  { fault: 'swallows what it cannot write', rule: back, part: sink((right, { rows, save, path }) => { let count = 0; return { write: (batch: Batch) => { count += batch.rows.length; for (const row of batch.rows) try { encodeURIComponent(String(row.name)); right.write({ ids: [], rows: [row] }) } catch { /* as if it were written */ } }, commit: async () => { await save(); return { rows: rows.length + (count - rows.length), location: path } } } }) },
  // Values and names.
  { fault: 'trims texts', rule: back, part: texts((text) => text.trim()) },
  { fault: 'makes an empty text nothing', rule: back, part: texts((text) => (text === '' ? null : text)) },
  { fault: 'makes the text null nothing', rule: back, part: texts((text) => (text === 'null' ? null : text)) },
  { fault: 'reads texts of digits as numbers', rule: back, part: texts((text) => (/^\d+$/.test(text) ? Number(text) : text)) },
  { fault: 'makes dates out of texts that look like dates', rule: back, part: texts((text) => (/^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : text)) },
  { fault: 'normalizes texts', rule: back, part: texts((text) => text.normalize('NFC')) },
  { fault: 'makes one kind of line end', rule: back, part: texts((text) => text.replaceAll('\r\n', '\n')) },
  { fault: 'removes the mark at the start of a text', rule: back, part: texts((text) => text.replace(/^\uFEFF/, '')) },
  { fault: 'replaces halves of characters', rule: back, part: texts((text) => text.toWellFormed()) },
  { fault: 'ends texts at a zero', rule: back, part: texts((text) => text.split('\u0000')[0]) },
  { fault: 'writes texts as HTML', rule: back, part: texts((text) => text.replaceAll('<', '&lt;')) },
  { fault: 'cuts fractions after six places', rule: back, part: numbers((number) => Number(number.toFixed(6))) },
  { fault: 'keeps fifteen digits of numbers', rule: back, part: numbers((number) => Number(number.toPrecision(15))) },
  { fault: 'holds whole numbers of 32 bits', rule: back, part: numbers((number) => (Number.isInteger(number) ? number | 0 : number)) },
  { fault: 'holds numbers of 32 bits', rule: back, part: numbers((number) => (Number.isInteger(number) ? number : Math.fround(number))) },
  { fault: 'makes zero nothing', rule: back, part: changing((value) => value || null) },
  { fault: 'makes an empty list nothing', rule: back, part: changing((value) => (Array.isArray(value) && value.length === 0 ? null : value)) },
  { fault: 'makes nothing an empty text', rule: back, part: changing((value) => value ?? '') },
  { fault: 'takes the columns of its first row', rule: back, part: sink((right) => { let columns: string[] | undefined; return { write: (batch: Batch) => { columns ??= Object.keys(batch.rows[0] ?? {}); return right.write({ ...batch, rows: batch.rows.map((row) => Object.fromEntries((columns ?? []).map((name) => [name, row[name]]))) }) } } }) },
  { fault: 'writes the names of columns small', rule: names, part: renaming((name) => name.toLowerCase()) },
  { fault: 'trims the names of columns', rule: names, part: renaming((name) => name.trim()) },
  { fault: 'normalizes the names of columns', rule: names, part: renaming((name) => name.normalize('NFC')) },
  { fault: 'writes names with points as objects', rule: names, part: renaming((name) => name.replaceAll('.', '_')) },
  { fault: 'leaves out columns that it does not know', rule: names, part: rewriting(({ n, name, tags, share }) => ({ n, name, tags, share })) },
  { fault: 'sets columns as properties', rule: names, part: rewriting((row) => { const copy: Record<string, unknown> = {}; for (const name of Object.keys(row)) copy[name] = row[name]; return copy }) },
  // The target.
  { fault: 'empties the target when it is opened', rule: 'an aborted write does not change the target', part: sink((right, { path }) => { let emptied = false; return { write: async (batch: Batch) => { if (!emptied) { emptied = true; await mkdir(dirname(path), { recursive: true }); await writeFile(path, '[]') } return right.write(batch) } } }) },
  { fault: 'writes into the target in place', rule: early, part: sink((right, { path, rows }) => ({ write: async (batch: Batch) => { await right.write(batch); await mkdir(dirname(path), { recursive: true }); await writeFile(path, JSON.stringify(rows)) } })) },
  { fault: 'adds to what the target holds', rule: 'a failed run does not change the target', part: sink((_right, { path, rows }) => { let count = 0; return { write: async (batch: Batch) => { count += batch.rows.length; await mkdir(dirname(path), { recursive: true }); const before: Row[] = await readFile(path, 'utf8').then(JSON.parse, () => []); rows.splice(0, rows.length, ...before, ...plain(batch)); await writeFile(path, JSON.stringify(rows)) }, commit: async () => ({ rows: count, location: path }) } }) },
  { fault: 'uses one temporary file for all targets', rule: 'two concurrent writes do not mix', part: sink((_right, { path }) => { const shared = `${dirname(path)}/shared.tmp`; let count = 0; return { write: async (batch: Batch) => { count += batch.rows.length; await mkdir(dirname(path), { recursive: true }); await appendFile(shared, batch.rows.map((row) => `${JSON.stringify(row)}\n`).join('')) }, commit: async () => { const lines = (await readFile(shared, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''); await rm(shared, { force: true }); await writeFile(path, `[${lines.join(',')}]`); return { rows: count, location: path } }, abort: async () => rm(shared, { force: true }) } }) },
  { fault: 'shares its rows between writers', rule: 'two concurrent writes do not mix', part: sink((_right, { path, save, rows }) => { last = []; return { write: (batch: Batch) => void last.push(...plain(batch)), commit: async () => { rows.push(...last); await save(); return { rows: rows.length, location: path } } } }) },
  { fault: 'leaves a lock beside the target', rule: 'can be abandoned at any moment', part: sink((right, { path }) => ({ write: async (batch: Batch) => { await mkdir(dirname(path), { recursive: true }); await writeFile(`${path}.lock`, ''); return right.write(batch) }, commit: async () => { await rm(`${path}.lock`, { force: true }); return right.commit() } })) },
  { fault: 'hangs when it is abandoned without a row', rule: 'can be abandoned at any moment', part: sink((_right, { rows }) => ({ abort: () => (rows.length === 0 ? new Promise<never>(() => undefined) : Promise.resolve()) })) },
  // Errors.
  { fault: 'fails at a half of a character', rule: typed, part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) if (typeof row.name === 'string' && !row.name.isWellFormed()) throw new URIError('URI malformed'); return right.write(batch) } })) },
  { fault: 'fails without the row', rule: typed, part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) if (row.name === undefined) throw new TypeError('undefined is not a text'); return right.write(batch) } })) },
  // Counts, and names.
  { fault: 'counts batches', rule: 'reports how many rows it wrote, and where', part: sink((right) => { let batches = 0; return { write: (batch: Batch) => { batches += 1; return right.write(batch) }, commit: async () => ({ ...(await right.commit()), rows: batches }) } }) },
  { fault: 'counts the rows of the whole process', rule: 'reports how many rows it wrote, and where', part: (() => { let all = 0; return sink((right) => ({ write: (batch: Batch) => { all += batch.rows.length; return right.write(batch) }, commit: async () => ({ ...(await right.commit()), rows: all }) })) })() },
  { fault: 'counts as texts', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => ({ ...(await right.commit()), rows: '5' as never }) })) },
  { fault: 'names its target by the time', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { target: () => { handle += 'x'; return handle } }) },
  { fault: 'names its target by a number', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { target: ({ path }: { path: string }) => path.length as never }) },
  { fault: 'tells of a fault by throwing', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { check: async () => { throw new RangeError('offline') } }) },
]
