import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { maestroError, type Batch, type RefusedRow, type Row, type SinkDefinition, type SourceDefinition, type StorageContext } from '@maestro-dataflow/core'
import { resumable } from '../careless/sources.js'
import { copies, ids, right, sink, source } from '../storages-for-the-suite.js'

const refused = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: 'a record', reason: 'no' })
const changed = (change: (row: Record<string, unknown>, at: number) => object) =>
  source(async function* () { yield { ids, rows: copies().map((row, at) => change(row, at) as Row) } })
const sameDate = new Date(0)
let files = 0

const again = 'each read returns the same rows and ids'
const noError = 'a run reads it without an error'
const later = 'it does not change a row after it has returned it'
const goesOn = 'reading continues behind each cursor with the same rows and ids'
const elsewhere = 'changes nothing else in the process'
const frees = 'frees its resources, also without being read'

/** Sources of authors in haste. */
export const hastySources: readonly { readonly fault: string; readonly rule: string; readonly part: SourceDefinition }[] = [
  { fault: 'forgets a record that it rejected when it goes on', rule: goesOn, part: resumable(({ from, start }) => (start === 4 && from === 0 ? { rejects: [{ id: 'broken', row: 'broken', error: refused }] } : {})) },
  { fault: 'rejects a record again when it goes on behind it', rule: goesOn, part: resumable(({ from, start }) => ((start === 0 && from === 0) || (from !== 0 && start === from) ? { rejects: [{ id: 'broken', row: 'broken', error: refused, after: 0 }] } : {})) },
  { fault: 'has a cursor behind the rows that it has not given', rule: goesOn, part: resumable(({ start }) => ({ cursor: { at: start + 4 } })) },
  { fault: 'goes on in another order', rule: goesOn, part: resumable(({ from, start }) => (from > 0 && start === from ? { ids: ids.slice(start, start + 2).reverse(), rows: copies().slice(start, start + 2).reverse() } : {})) },
  { fault: 'gives its rows in the order of a table of hashes', rule: again, part: source(async function* () { const salt = Math.random() < 2 ? files++ : 0; const order = ids.map((_, at) => (at + salt) % ids.length); yield { ids: order.map((at) => ids[at] as string), rows: order.map((at) => copies()[at] as Row) } }) },
  { fault: 'gives a Set of rows', rule: noError, part: source(async function* () { yield { ids, rows: new Set(copies()) as never } }) },
  { fault: 'gives texts as objects', rule: noError, part: changed((row) => ({ ...row, name: Object(row.name) })) },
  { fault: 'gives functions that make a value', rule: noError, part: changed((row) => ({ ...row, name: () => row.name })) },
  { fault: 'gives a list that holds itself', rule: 'its rows can be stored between two stages', part: changed((row) => { const tags: unknown[] = []; tags.push(tags); return { ...row, tags } }) },
  { fault: 'gives a Map', rule: 'its rows can be stored between two stages', part: changed((row) => ({ ...row, tags: new Map([['a', 1]]) })) },
  { fault: 'gives one date that it sets further', rule: later, part: source(async function* () { for (const [at, row] of copies().entries()) { sameDate.setTime(at); yield { ids: [ids[at] as string], rows: [{ ...row, tags: sameDate }] } } }) },
  { fault: 'gives bytes of one buffer that it fills again', rule: later, part: source(async function* () { const bytes = new Uint8Array(2); for (const [at, row] of copies().entries()) { bytes.fill(at); yield { ids: [ids[at] as string], rows: [{ ...row, tags: bytes }] } } }) },
  { fault: 'fills its list of ids further', rule: later, part: source(async function* () { const all: string[] = []; for (const [at, row] of copies().entries()) { all.length = 0; all.push(ids[at] as string); yield { ids: all, rows: [row] } } }) },
  { fault: 'changes its folder', rule: elsewhere, part: source(async function* ({ directory }: StorageContext) { const home = process.cwd(); process.chdir(directory); yield* right(); process.chdir(home) }) },
  { fault: 'sets a variable of the environment', rule: elsewhere, part: source(async function* () { process.env.ACME_READ = String(files++); yield* right() }) },
  { fault: 'sets the exit code', rule: elsewhere, part: source(async function* () { yield* right(); process.exitCode = 3 }) },
  { fault: 'leaves a listener at its signal', rule: frees, part: source(async function* ({ signal }) { signal.addEventListener('abort', () => undefined); yield* right() }) },
  { fault: 'leaves a file beside its data at each reading', rule: frees, part: source(async function* ({ directory }) { await writeFile(join(directory, `copy-${files++}`), ''); yield* right() }) },
]

const written = 'the written rows are visible after the commit, in order'
const every = 'values of all kinds are read back'
const textIn = (change: (text: string) => unknown) =>
  sink((rightOne) => ({ write: (batch: Batch) => rightOne.write({ ...batch, rows: batch.rows.map((row) => ({ ...row, name: typeof row.name === 'string' ? change(row.name) : row.name })) }) }))
const many = 'many rows are visible after the commit, in order'

/** Sinks of authors in haste. */
export const hastySinks: readonly { readonly fault: string; readonly rule: string; readonly part: SinkDefinition }[] = [
  { fault: 'holds a thousand rows', rule: many, part: sink((one, { rows }) => ({ commit: async () => { const { length } = rows; rows.length = Math.min(length, 1000); return { ...(await one.commit()), rows: length } } })) },
  { fault: 'binds at most 999 rows of a batch', rule: many, part: sink((one) => { let lost = 0; return { write: (batch: Batch) => { lost += Math.max(0, batch.rows.length - 999); return one.write({ ...batch, rows: batch.rows.slice(0, 999) }) }, commit: async () => { const done = await one.commit(); return { ...done, rows: done.rows + lost } } } }) },
  { fault: 'sorts its rows as texts', rule: many, part: sink((one, { rows }) => ({ commit: async () => { rows.sort((a, b) => (String(a.n) < String(b.n) ? -1 : 1)); return one.commit() } })) },
  { fault: 'keeps the last thousand rows in its buffer when it is full', rule: many, part: sink((one, { rows }) => { let all = 0; return { write: async (batch: Batch) => { await one.write(batch); all += batch.rows.length; if (rows.length > 2000) rows.splice(0, 1000) }, commit: async () => ({ ...(await one.commit()), rows: all }) } }) },
  { fault: 'refuses rows that it also writes', rule: every, part: refusing((count, refusals) => count - refusals) },
  { fault: 'refuses rows that it also writes and counts', rule: 'values of all kinds are written, or refused with a typed error that names the row', part: refusing((count) => count) },
  { fault: 'ends texts at a character of four bytes', rule: every, part: textIn((text) => text.replace(/[\u{10000}-\u{10FFFF}][\s\S]*$/u, '')) },
  { fault: 'puts an apostrophe before texts that look like formulas', rule: every, part: textIn((text) => text.replace(/^[-=+@]/, "'$&")) },
  { fault: 'unescapes backslashes', rule: every, part: textIn((text) => text.replaceAll('\\', '')) },
  { fault: 'fills templates', rule: every, part: textIn((text) => text.replace(/\{\{.*?\}\}/g, '')) },
  { fault: 'makes true and false of texts', rule: every, part: textIn((text) => (text === 'true' ? true : text)) },
  { fault: 'makes tabs spaces', rule: every, part: textIn((text) => text.replaceAll('\t', ' ')) },
  { fault: 'cuts texts after 65,535 bytes', rule: every, part: textIn((text) => Buffer.from(text).subarray(0, 65_535).toString()) },
  { fault: 'sorts the lists in a cell', rule: written, part: sink((one) => ({ write: (batch: Batch) => one.write({ ...batch, rows: batch.rows.map((row) => ({ ...row, tags: (row.tags as string[] | null)?.toReversed() })) }) })) },
  { fault: 'changes its folder', rule: elsewhere, part: sink((one, { path }) => ({ commit: async () => { const home = process.cwd(); process.chdir(join(path, '..')); const done = await one.commit(); process.chdir(home); return done } })) },
  { fault: 'sets a variable of the environment', rule: elsewhere, part: sink((one) => ({ commit: () => { process.env.ACME_WROTE = String(files++); return one.commit() } })) },
  { fault: 'sets the exit code when it is aborted', rule: elsewhere, part: sink((one) => ({ abort: () => { process.exitCode = 4; return one.abort() } })) },
  { fault: 'leaves a listener at its signal', rule: 'frees its resources', part: sinkWithSignal() },
  { fault: 'swallows what the disk says', rule: 'a target that cannot be written causes a typed error', part: sink((one, { rows, path }) => ({ commit: () => one.commit().catch(() => ({ rows: rows.length, location: path })) })) },
]

/** Refuses texts with half of a character, and writes them as well. */
function refusing(counted: (rows: number, refusals: number) => number): SinkDefinition {
  return sink((one, { rows }) => {
    const refusals: RefusedRow[] = []
    let count = 0
    return {
      write: (batch: Batch) => {
        for (const [at, row] of batch.rows.entries()) if (typeof row.name === 'string' && !row.name.isWellFormed()) refusals.push({ id: batch.ids[at] as string, row, error: refused })
        return one.write(batch)
      },
      refused: () => {
        count += refusals.length
        return refusals.splice(0)
      },
      commit: async () => ({ ...(await one.commit()), rows: counted(rows.length, count) }),
    }
  })
}

function sinkWithSignal(): SinkDefinition {
  const inner = sink(() => ({}))
  return { ...inner, open: (options: never, context: StorageContext) => { context.signal.addEventListener('abort', () => undefined); return inner.open(options, context as never) } } as SinkDefinition
}

