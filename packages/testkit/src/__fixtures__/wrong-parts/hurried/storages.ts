import { rename, writeFile } from 'node:fs/promises'
import type { Batch, SinkDefinition, SourceBatch, SourceDefinition, StorageContext } from '@maestro-dataflow/core'
import { copies, ids, right, sink, source } from '../storages-for-the-suite.js'

const batch = (start: number, end: number): SourceBatch => ({ ids: ids.slice(start, end), rows: copies().slice(start, end) })
const handle = { open: true, readers: 0 }
const kept: SourceBatch[] = []
let opens = 0
let sinkOpens = 0
const sinkHandle = { open: true }

/** Sources of authors in a hurry. */
export const hurriedSources: readonly { readonly fault: string; readonly rule: string; readonly part: SourceDefinition }[] = [
  { fault: 'returns its last batch in place of yielding it', rule: 'returns its rows in order', part: source(async function* () { yield batch(0, 3); return batch(3, 5) } as never) },
  { fault: 'works only when it is opened again', rule: 'a run reads it without an error', part: source(right, {}, { open: (() => { if (opens++ === 0) throw new RangeError('not ready'); return { read: right } }) as never }) },
  { fault: 'closes what other readers share when one ends', rule: 'each read returns the same rows and ids', part: source(async function* () { if (!handle.open) throw new RangeError('closed'); try { yield* right() } finally { handle.open = false } }) },
  { fault: 'keeps its rows across runs', rule: 'each read returns the same rows and ids', part: source(async function* () { if (kept.length === 0) for await (const part of right()) kept.push(part); yield* kept; kept.push(batch(0, 1)) }) },
  { fault: 'gives objects in place of texts as ids', rule: 'a run reads it without an error', part: source(async function* () { yield { ids: ids.map((id) => Object(id)), rows: copies() } }) },
  { fault: 'gives cells with a getter', rule: 'each read returns the same rows and ids', part: source(async function* () { yield { ids, rows: copies().map((row) => ({ ...row, get name() { return `row ${Math.random()}` } })) } }) },
  { fault: 'gives rows that inherit their columns', rule: 'a run reads it without an error', part: source(async function* () { yield { ids, rows: copies().map((row) => Object.create(row)) } }) },
  { fault: 'hides a column from those who list them', rule: 'a run reads it without an error', part: source(async function* () { yield { ids, rows: copies().map((row) => Object.defineProperty(row, 'name', { enumerable: false })) } }) },
  { fault: 'adds a symbol as a key', rule: 'it does not change a row after it has returned it', part: source(async function* () { yield { ids, rows: copies().map((row) => Object.assign(row, { [Symbol('acme')]: 1 })) } }) },
  { fault: 'throws nothing after its last row', rule: 'a run reads it without an error', part: source(async function* () { yield* right(); throw undefined }) },
  { fault: 'throws null in the middle', rule: 'a run reads it without an error', part: source(async function* () { yield batch(0, 2); throw null }) },
  { fault: 'forgets to wait for its pages', rule: 'returns its rows in order', part: source(async function* () { const pages: SourceBatch[] = []; [0, 2, 4].forEach(async (start) => { await null; pages.push(batch(start, Math.min(start + 2, 5))) }); yield* pages }) },
  { fault: 'gives a batch that is a promise', rule: 'a run reads it without an error', part: source(async function* () { yield { ids, rows: Promise.resolve(copies()) as never } }) },
  { fault: 'counts the last batch as a full one', rule: 'a run reads it without an error', part: source(right, { rowCount: 6 }) },
  { fault: 'takes the end of its signal for the end of its rows', rule: 'a run reads it without an error', part: source(async function* ({ signal }: StorageContext) { for await (const part of right()) { yield part; if (signal.aborted) return }; await new Promise(() => undefined) }) },
]

/** Sinks of authors in a hurry. */
export const hurriedSinks: readonly { readonly fault: string; readonly rule: string; readonly part: SinkDefinition }[] = [
  { fault: 'never ends its commit', rule: 'the written rows are visible after the commit, in order', part: sink(() => ({ commit: () => new Promise(() => undefined) as never })) },
  { fault: 'does not wait for its commit', rule: 'the written rows are visible after the commit, in order', part: sink((_right, { rows, path }) => ({ commit: async () => { setTimeout(() => void writeFile(`${path}.tmp`, JSON.stringify(rows)).then(() => rename(`${path}.tmp`, path)).catch(() => undefined), 300); return { rows: rows.length, location: path } } })) },
  { fault: 'counts the last batch as a full one', rule: 'reports how many rows it wrote, and where', part: sink((right) => { let batches = 0; let size = 0; return { write: (batch: Batch) => { batches++; size = Math.max(size, batch.rows.length); return right.write(batch) }, commit: async () => ({ ...(await right.commit()), rows: batches * size + 1 }) } }) },
  { fault: 'counts with a text', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => { const done = await right.commit(); return { ...done, rows: String(done.rows) as never } } })) },
  { fault: 'works only when it is opened again', rule: 'reports how many rows it wrote, and where', part: sink((right) => { if (sinkOpens++ === 0) throw new RangeError('not ready'); return right }) },
  { fault: 'closes what other writers share', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ write: (batch: Batch) => { if (!sinkHandle.open) throw new RangeError('closed'); return right.write(batch) }, commit: async () => { sinkHandle.open = false; return right.commit() } })) },
  { fault: 'writes everything twice when it tries again', rule: 'the written rows are visible after the commit, in order', part: sink((right, { rows }) => ({ commit: async () => { const { length } = rows; const done = await right.commit(); rows.push(...rows.slice(0, length)); await right.commit(); return done } })) },
  { fault: 'throws null when it is aborted', rule: 'can be abandoned at any moment', part: sink(() => ({ abort: async () => { throw null } })) },
  { fault: 'throws a text for a row that it cannot write', rule: 'values of all kinds are written, or refused with a typed error that names the row', part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) if (Object.values(row).includes(null)) throw 'null'; return right.write(batch) } })) },
  { fault: 'lets a write fail that nobody waits for', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ write: (batch: Batch) => { void Promise.reject(new RangeError('full')); return right.write(batch) } })) },
  { fault: 'sorts the rows of each batch', rule: 'the written rows are visible after the commit, in order', part: sink((right) => ({ write: (batch: Batch) => right.write({ ...batch, rows: batch.rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? 1 : -1)) }) })) },
  { fault: 'is done before its rows are', rule: 'reports how many rows it wrote, and where', part: sink((right) => { const waiting: Batch[] = []; return { write: (batch: Batch) => { waiting.push(batch); setTimeout(() => { const next = waiting.shift(); if (next !== undefined) right.write(next) }, 5) } } }) },
  { fault: 'fails after a commit that has succeeded', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => { await right.commit(); throw new RangeError('late') } })) },
]
