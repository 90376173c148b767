import { open } from 'node:fs/promises'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import {
  maestroError,
  type Row,
  type SourceBatch,
  type SourceCursor,
  type SourceDefinition,
  type StorageContext,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { SourceCase } from '../../../conformance/source/source-suite.js'
import { copies, ids, right, rows, source } from '../storages-for-the-suite.js'

/** A source of a careless author, the rule that finds it, and the rows that it should give. */
export interface CarelessSource {
  readonly fault: string
  readonly part: SourceDefinition
  readonly rule: SourceCase
  readonly rows?: readonly Row[]
}

const inOrder = 'returns its rows in order'
const withoutError = 'a run reads it without an error'
const refused = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: 'r2', reason: 'no' })

const batch = (start: number, end: number): SourceBatch => ({ ids: ids.slice(start, end), rows: copies().slice(start, end) })

/** A source with cursors that differs in one respect. */
export const resumable = (change: (at: { readonly from: number; readonly start: number }) => Partial<SourceBatch> | undefined, start = (from?: SourceCursor) => (from as { at?: number } | undefined)?.at ?? 0) =>
  source(right, {
    async *read(from?: SourceCursor) {
      for (let at = start(from); at < rows.length; at += 2) {
        const changed = change({ from: start(from), start: at })
        if (changed !== undefined) yield { ...batch(at, at + 2), cursor: { at: Math.min(at + 2, rows.length) }, ...changed }
      }
    },
  })

/** A source that gives certain rows with open columns. */
const giving = (given: readonly Row[], more: Parameters<typeof source>[1] = {}) =>
  source(async function* () { yield { ids: given.map((_, n) => `r${n}`), rows: given.map((row) => ({ ...row })) } }, more, { columns: () => ({ columns: {}, open: true }) })

const exact: readonly Row[] = [{ id: 2n ** 60n + 1n, at: new Date('2026-01-02T03:04:05.678Z'), share: 1 / 3, none: null, name: 'cafe\u0301' }]
let opened = 0
let place = 0
const open2 = { columns: () => ({ columns: {}, open: true }) } as const
const files: unknown[] = []

/** Sources of careless authors, each with the rule that finds it. */
export const carelessSources: readonly CarelessSource[] = [
  // Batches.
  { fault: 'leaves out the last batch, which is not full', rule: inOrder, part: source(async function* () { for await (const part of right()) if (part.rows.length === 2) yield part }) },
  { fault: 'begins each batch one row late', rule: inOrder, part: source(async function* () { for (let at = 0; at < 5; at += 3) yield batch(at, at + 2) }) },
  { fault: 'begins each batch with the last row of the one before', rule: withoutError, part: source(async function* () { for (let at = 0; at < 4; at += 1) yield batch(at, at + 2) }) },
  { fault: 'numbers the rows of each batch anew', rule: withoutError, part: source(async function* () { for await (const part of right()) yield { ...part, ids: part.ids.map((_, n) => `r${n}`) } }) },
  { fault: 'ends in silence when a batch fails', rule: inOrder, part: source(async function* () { try { yield batch(0, 2); throw new RangeError('connection lost') } catch { /* as if there were no more rows */ } }) },
  { fault: 'gives a failed batch again after its retry', rule: withoutError, part: source(async function* () { yield batch(0, 3); yield batch(2, 5) }) },
  { fault: 'gives a retried batch under other ids', rule: inOrder, part: source(async function* () { yield batch(0, 3); const { rows: again } = batch(2, 5); yield { ids: ['x', 'r3', 'r4'], rows: again } }) },
  { fault: 'stops at an empty batch', rule: inOrder, part: source(async function* () { for (const part of [batch(0, 2), batch(2, 2), batch(2, 5)]) { if (part.rows.length === 0) return; yield part } }) },
  { fault: 'gives pages as they arrive', rule: inOrder, part: source(async function* () { const pages = [[0, 2, 8], [2, 4, 4], [4, 5, 0]].map(async ([from = 0, to = 0, wait]) => { await sleep(wait); return batch(from, to) }); const [one, two, three] = await Promise.all(pages); for (const part of [three, two, one]) if (part !== undefined) yield part }) },
  { fault: 'gives all rows in one array that it fills further', rule: 'it does not change a row after it has returned it', part: source(async function* () { const all = { ids: [] as string[], rows: [] as Row[] }; for (const [at, row] of copies().entries()) { all.ids.splice(0, 9, ids[at] as string); all.rows.splice(0, 9, row); yield all } }) },
  { fault: 'completes its rows after it has given them', rule: 'it does not change a row after it has returned it', part: source(async function* () { const own = copies(); for (const [at, row] of own.entries()) { yield { ids: [ids[at] as string], rows: [row] }; row.n = (row.n as number) + 10 } }) },
  { fault: 'changes what it has given in a later turn', rule: 'it does not change a row after it has returned it', part: source(async function* () { const own = copies(); yield { ids, rows: own }; await setImmediate(); for (const row of own) (row.tags as string[]).push('late') }) },
  // Values.
  { fault: 'rounds large whole numbers', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, id: Number(row.id) }))) },
  { fault: 'gives times as texts', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, at: (row.at as Date).toISOString() }))) },
  { fault: 'cuts milliseconds', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, at: new Date('2026-01-02T03:04:05Z') }))) },
  { fault: 'cuts fractions after six places', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, share: Number((1 / 3).toFixed(6)) }))) },
  { fault: 'leaves out cells that are null', rule: inOrder, rows: exact, part: giving(exact.map(({ none: _, ...row }) => row)) },
  { fault: 'gives the text NULL for nothing', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, none: 'NULL' }))) },
  { fault: 'normalizes texts', rule: inOrder, rows: exact, part: giving(exact.map((row) => ({ ...row, name: String(row.name).normalize('NFC') }))) },
  { fault: 'writes the names of columns small', rule: withoutError, part: source(async function* () { yield { ids: ids.slice(), rows: copies().map(({ n, ...row }) => ({ ...row, N: n })) } }) },
  { fault: 'ignores which columns were asked for', rule: withoutError, part: source(right, {}, { columns: () => ({ columns: { n: 'integer' }, open: false }) }) },
  { fault: 'declares a column that it does not fill', rule: withoutError, part: source(right, {}, { columns: () => ({ columns: { n: 'integer', name: 'string', tags: 'json', size: 'integer' }, open: false }) }) },
  { fault: 'gives its cursor as a column', rule: withoutError, part: source(async function* () { for await (const part of right()) yield { ...part, rows: part.rows.map((row) => ({ ...row, _id: 1 })) } }) },
  { fault: 'gives cells that are not there yet', rule: withoutError, part: source(async function* () { for await (const part of right()) yield { ...part, rows: part.rows.map((row) => ({ ...row, name: Promise.resolve(row.name) })) } }) },
  { fault: 'gives rows of a class', rule: withoutError, part: source(async function* () { for await (const part of right()) yield { ...part, rows: part.rows.map((row) => Object.assign(new (class Entity {})(), row)) } }) },
  // State, and the end.
  { fault: 'shares one reading between all readers', rule: 'two concurrent reads do not affect each other', part: (() => { let at = 0; return source(right, {}, { open: () => { at = 0; return { async *read() { while (at < 5) { const start = at; at += 1; await setImmediate(); yield batch(start, start + 1) } } } } }) })() },
  { fault: 'begins where the last reading was left', rule: 'each read returns the same rows and ids', part: source(async function* () { for (place = place >= 5 ? 1 : 0; place < 5; place += 1) yield batch(place, place + 1) }) },
  { fault: 'puts the time of reading into ids', rule: 'each read returns the same rows and ids', part: source(async function* () { yield { ids: ids.map((id) => `${id}@${performance.now()}`), rows: copies() } }) },
  { fault: 'reads on without end after its signal', rule: 'stops when its signal fires', part: source(async function* ({ signal }) { yield batch(0, 5); while (signal.aborted) { await sleep(1); yield { ids: [], rows: [] } } }) },
  { fault: 'waits for a reply after its signal', rule: 'stops when its signal fires', part: source(async function* ({ signal }: StorageContext) { if (signal.aborted) await new Promise(() => undefined); yield* right() }) },
  { fault: 'reads ahead after it was left', rule: 'reading can stop at any row', part: source(() => { const ahead = setInterval(() => undefined, 1); return (async function* () { yield* right(); clearInterval(ahead) })() }) },
  { fault: 'opens its file before anybody reads, and leaves it open', rule: 'frees its resources, also without being read', part: source(right, {}, { open: async () => { files.push(await open(import.meta.filename)); return { read: right } } }) },
  { fault: 'leaves a listener at the process for each reading', rule: 'frees its resources, also without being read', part: source(async function* () { process.on('SIGUSR2', () => undefined); yield* right() }) },
  // Cursors, identity, and rejects.
  { fault: 'reads from the start again', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(() => ({}), () => 0) },
  { fault: 'skips a row when it goes on', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(() => ({}), (from) => (from === undefined ? 0 : (from.at as number) + 1)) },
  { fault: 'gives the last row again when it goes on', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(() => ({}), (from) => (from === undefined ? 0 : (from.at as number) - 1)) },
  { fault: 'gives the cursor of the batch before', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(({ start }) => ({ cursor: { at: start } })) },
  { fault: 'counts its ids from where it goes on', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(({ from, start }) => ({ ids: ids.slice(start - from, start - from + 2).slice(0, Math.min(2, 5 - start)) })) },
  { fault: 'has a cursor that JSON cannot hold', rule: 'reading continues behind each cursor with the same rows and ids', part: resumable(({ start }) => ({ cursor: { at: start + 2 < 5 ? new Map([['at', start + 2]]) : 5 } as never }), (from) => (from === undefined ? 0 : from.at instanceof Map ? (from.at.get('at') as number) : typeof from.at === 'number' ? from.at : 0)) },
  { fault: 'identifies its content by the time of the call', rule: 'identifies the same content in the same way each time', part: source(right, { identity: async () => ({ file: String(opened++) }) }) },
  { fault: 'identifies its content by what it has read', rule: 'identifies the same content in the same way each time', part: (() => { let read = 0; return source(async function* () { read += 1; yield* right() }, { identity: async () => ({ file: String(read) }) }) })() },
  { fault: 'identifies its content by a number', rule: 'identifies the same content in the same way each time', part: source(right, { identity: async () => ({ size: 5 }) as never }) },
  { fault: 'gives a row and rejects it', rule: 'each record is either a row or a reject', part: source(async function* () { yield { ids, rows: copies(), rejects: [{ id: 'r2', row: 'r2', error: refused }] } }) },
  { fault: 'rejects a record behind the end of its batch', rule: 'each record is either a row or a reject', part: source(async function* () { yield { ids, rows: copies(), rejects: [{ id: 'r9', row: '', error: refused, after: 6 }] } }) },
  { fault: 'rejects a record with an error that is not typed', rule: 'reports sizes and progress as numbers', part: source(async function* () { yield { ids, rows: copies(), rejects: [{ id: 'r9', row: '', error: new RangeError('no') as never }] } }) },
  { fault: 'rejects rows that it could read', rule: withoutError, part: source(async function* () { yield { ...batch(0, 4), rejects: [{ id: 'r4', row: 'r4', error: refused }] } }) },
  { fault: 'counts only the rows of its first batch', rule: withoutError, part: source(right, { rowCount: 2 }) },
  { fault: 'has read more bytes than there are', rule: 'reports sizes and progress as numbers', part: source(right, { progress: () => ({ bytesRead: 12, bytesTotal: 10 }) }) },
  // Options.
  { fault: 'sets a default in the options that it was given', rule: inOrder, part: source(right, {}, { options: z.object({ page: z.object({ size: z.number() }).default({ size: 2 }) }), open: (options: unknown) => { (options as { page: { size: number } }).page.size *= 2; return { read: right } } }) },
  { fault: 'says nothing about further columns', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { columns: () => ({ columns: {} }) as never }) },
  { fault: 'declares a type that does not exist', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { columns: () => ({ columns: { n: 'int' as never }, open: true }) }) },
  { fault: 'calls a fault what is none, by throwing', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { ...open2, check: async () => { throw new RangeError('offline') } }) },
]
