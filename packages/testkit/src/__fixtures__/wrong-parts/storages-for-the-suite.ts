import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  type Batch,
  defineSink,
  defineSource,
  defineStorage,
  maestroError,
  type Row,
  type SinkDefinition,
  type SinkWriter,
  type SourceBatch,
  type SourceDefinition,
  type SourceReader,
  type StorageContext,
  type StorageDefinition,
} from '@maestro-dataflow/core'
import { z } from 'zod'

/** The rows that the sources hold. */
export const rows: readonly Row[] = [0, 1, 2, 3, 4].map((n) => ({ n, name: `row ${n}`, tags: ['a', 'b'] }))
export const ids = rows.map(({ n }) => `r${n}`)
export const copies = () => rows.map((row): Record<string, unknown> => ({ ...row, tags: ['a', 'b'] }))
const columns = { columns: { n: 'integer', name: 'string', tags: 'json' }, open: false } as const

type Definition = Parameters<typeof defineSource>[0]

/** A source of the rows in batches of two, that differs in one respect. */
export function source(
  read: (context: StorageContext) => AsyncIterable<SourceBatch> = right,
  more: Partial<SourceReader> = {},
  definition: Partial<Definition> = {},
): SourceDefinition {
  return defineSource({
    options: z.strictObject({}),
    columns: () => columns,
    open: (_options: unknown, context: StorageContext) => ({ read: () => read(context), ...more }),
    ...definition,
  } as Definition) as SourceDefinition
}

export async function* right(): AsyncGenerator<SourceBatch> {
  const own = copies()
  for (let start = 0; start < own.length; start += 2)
    yield { ids: ids.slice(start, start + 2), rows: own.slice(start, start + 2) }
}

let readings = 0
let position = 0
const never = new Promise<never>(() => undefined)

/** Sources that are wrong, each with the rule that finds it. */
export const wrongSources: readonly { fault: string; part: SourceDefinition; rule: string }[] = [
  { fault: 'leaves out the last row', rule: 'returns its rows in order', part: source(async function* () { yield { ids: ids.slice(1), rows: copies().slice(0, -1) } }) },
  { fault: 'gives its rows in another order', rule: 'returns its rows in order', part: source(async function* () { yield { ids, rows: copies().reverse() } }) },
  { fault: 'reads numbers as texts', rule: 'a run reads it without an error', part: source(async function* () { yield { ids, rows: copies().map((row) => ({ ...row, n: String(row.n) })) } }) },
  { fault: 'gives one id twice', rule: 'a run reads it without an error', part: source(async function* () { yield { ids: ['r0', 'r1', 'r1', 'r3', 'r4'], rows: copies() } }) },
  { fault: 'prints to standard output', rule: 'a run reads it without an error', part: source(async function* () { console.info('reading'); yield* right() }) },
  { fault: 'changes its options', rule: 'returns its rows in order', part: source(right, {}, { open: (options) => { Object.assign(options as object, { position: 1 }); return { read: right } } }) },
  { fault: 'announces another number of rows', rule: 'a run reads it without an error', part: source(right, { rowCount: 7 }) },
  { fault: 'gives random ids', rule: 'each read returns the same rows and ids', part: source(async function* () { yield { ids: ids.map(() => crypto.randomUUID()), rows: copies() } }) },
  { fault: 'counts its ids on from read to read', rule: 'each read returns the same rows and ids', part: source(async function* () { yield { ids: ids.map(() => `r${readings++}`), rows: copies() } }) },
  { fault: 'is empty when it is read again', rule: 'each read returns the same rows and ids', part: source((() => { let spent = false; return async function* () { if (!spent) yield* right(); spent = true } })()) },
  { fault: 'keeps its position in a variable of its module', rule: 'two concurrent reads do not affect each other', part: source(async function* () { position = 0; while (position < rows.length) { await setImmediate(); const at = position++; yield { ids: ids.slice(at, at + 1), rows: copies().slice(at, at + 1) } } }) },
  { fault: 'gives one object for all rows', rule: 'it does not change a row after it has returned it', part: source(async function* () { const one: Record<string, unknown> = {}; for (const [at, row] of copies().entries()) yield { ids: [ids[at] as string], rows: [Object.assign(one, row)] } }) },
  { fault: 'empties a batch after it has given it', rule: 'it does not change a row after it has returned it', part: source(async function* () { const batch = { ids: [] as string[], rows: [] as Row[] }; for (const [at, row] of copies().entries()) { batch.ids.length = 0; batch.rows.length = 0; batch.ids.push(ids[at] as string); batch.rows.push(row); yield batch } }) },
  { fault: 'fills a list of the rows before', rule: 'it does not change a row after it has returned it', part: source(async function* () { const tags: string[] = []; for (const [at, row] of copies().entries()) { tags.push('x'); yield { ids: [ids[at] as string], rows: [{ ...row, tags }] } } }) },
  { fault: 'gives what cannot be stored', rule: 'its rows can be stored between two stages', part: source(async function* () { yield { ids, rows: copies().map((row) => ({ ...row, tags: new Set(['a']) })) } }) },
  { fault: 'does not end when its signal fires', rule: 'stops when its signal fires', part: source(async function* ({ signal }) { yield { ids, rows: copies() }; if (signal.aborted) await never }) },
  { fault: 'cannot be left', rule: 'reading can stop at any row', part: source(async function* () { try { yield* right() } finally { setInterval(() => undefined, 100_000) } }) },
  { fault: 'leaves its file open', rule: 'reading can stop at any row', part: source(async function* () { openFiles.push(await open(import.meta.filename)); yield* right() }) },
  { fault: 'gives its progress backwards', rule: 'reports sizes and progress as numbers', part: source(right, { progress: (() => { let read = 9; return () => ({ bytesRead: read--, bytesTotal: 10 }) })() }) },
  { fault: 'gives bytes that are not a number', rule: 'reports sizes and progress as numbers', part: source(async function* () { for await (const batch of right()) yield { ...batch, bytes: Number.NaN } }) },
  { fault: 'declares other columns each time', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { columns: () => ({ columns: { [`n${readings++}`]: 'integer' }, open: true }) }) },
  { fault: 'describes fewer columns than it declares', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { describeColumns: async () => ({ columns: { n: 'integer' }, open: false }) }) },
  { fault: 'finds a fault in options that are right', rule: 'its options determine its columns, which do not change between calls', part: source(right, {}, { check: async () => [maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'no' })] }) },
  { fault: 'gives more rows than a limited run reads', rule: 'a limited run receives the first rows', part: source(async function* () { yield { ids, rows: readings++ % 2 === 0 ? copies() : copies().reverse() } }) },
  { fault: 'names a file of lines with other rows', rule: 'lines that a table engine may read are its rows', part: source(right, { jsonLines: { paths: [import.meta.filename.replace('storages-for-the-suite.ts', 'other-rows.jsonl')], idPrefixes: ['r'] } }) },
  { fault: 'names a Parquet file with other columns', rule: 'Parquet files that a table engine may read have the columns and ids of its rows', part: source(right, { parquet: { paths: ['rows.parquet'], idPrefixes: ['r'], columns: [{ name: 'other', values: 'string' }] } }) },
]
const openFiles: unknown[] = []

/** A source that finds nothing. @param typed Whether it says so with a typed error */
export const absent = (typed: boolean): SourceDefinition =>
  defineSource({
    options: { name: z.string().default('there') },
    columns: () => columns,
    open: ({ name }) => ({
      async *read() {
        if (name === 'there') return yield* right()
        if (typed) throw maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: name, reason: 'it does not exist' })
        await readFile('/does/not/exist')
      },
    }),
  }) as SourceDefinition

const shared: { rows: Row[] } = { rows: [] }
const target = (directory: string, { path }: { path: string }) => join(directory, path)

export interface SinkParts {
  readonly rows: Row[]
  readonly path: string
  save(): Promise<void>
}

/** A sink of a JSON file, that differs in one respect. */
export function sink(change: (right: SinkWriter, parts: SinkParts) => Partial<SinkWriter>, definition: object = {}): SinkDefinition {
  return defineSink({
    options: { path: z.string() },
    target: ({ path }: { path: string }) => path,
    open: async (options: { path: string }, { directory }: StorageContext) => {
      const path = target(directory, options)
      const kept: Row[] = []
      const save = async () => {
        await mkdir(dirname(path), { recursive: true })
        await writeFile(`${path}.tmp`, JSON.stringify(kept))
        await rename(`${path}.tmp`, path)
      }
      const right: SinkWriter = {
        write: (batch) => void kept.push(...batch.rows.map((row) => JSON.parse(JSON.stringify(row)))),
        async commit() {
          await save()
          return { rows: kept.length, location: path }
        },
        abort: async () => rm(`${path}.tmp`, { force: true }),
      }
      return { ...right, ...change(right, { rows: kept, path, save }) }
    },
    ...definition,
  } as never) as SinkDefinition
}

export const rightSink = sink(() => ({}))

/** The rows at the target of the sinks above. */
export const sinkSettings = {
  rows,
  options: (place: number) => ({ path: `out-${place}.json` }),
  read: async (options: { path: string }, { directory }: { readonly directory: string }): Promise<readonly Row[]> =>
    readFile(target(directory, options), 'utf8').then(JSON.parse, () => []),
}

const asText = (row: Row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))

/** Sinks that are wrong, each with the rule that finds it. */
export const wrongSinks: readonly { fault: string; part: SinkDefinition; rule: string }[] = [
  { fault: 'loses the last row of each batch', rule: 'the written rows are visible after the commit, in order', part: sink((right) => ({ write: (batch: Batch) => right.write({ ids: [], rows: batch.rows.slice(0, -1) }) })) },
  { fault: 'writes each batch in front', rule: 'the written rows are visible after the commit, in order', part: sink((_right, { rows: kept }) => ({ write: (batch: Batch) => void kept.unshift(...batch.rows) })) },
  { fault: 'turns values into texts', rule: 'the written rows are visible after the commit, in order', part: sink((right) => ({ write: (batch: Batch) => right.write({ ...batch, rows: batch.rows.map(asText) }) })) },
  { fault: 'does not wait for its last write', rule: 'the written rows are visible after the commit, in order', part: sink((_right, { rows: kept, save, path }) => ({ commit: async () => { void save().catch(() => undefined); return { rows: kept.length, location: path } } })) },
  { fault: 'says a wrong number', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => ({ ...(await right.commit()), rows: 5 }) })) },
  { fault: 'says nothing', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => void (await right.commit()) as never })) },
  { fault: 'does not say where', rule: 'reports how many rows it wrote, and where', part: sink((right) => ({ commit: async () => ({ ...(await right.commit()), location: '' }) })) },
  { fault: 'says before the commit that it holds fewer', rule: 'reports how many rows it wrote, and where', part: sink(() => ({ rowsWritten: 0 })) },
  { fault: 'cannot write nothing', rule: 'reports how many rows it wrote, and where', part: sink((right, { rows: kept }) => ({ commit: async () => { if (kept.length === 0) throw new RangeError('nothing'); return right.commit() } })) },
  { fault: 'writes to the target at once', rule: 'nothing is visible before the commit', part: sink((right, { save }) => ({ write: async (batch: Batch) => { await right.write(batch); await save() } })) },
  { fault: 'removes the target when it is aborted', rule: 'an aborted write does not change the target', part: sink((_right, { path }) => ({ abort: async () => rm(path, { force: true }) })) },
  { fault: 'commits when it is aborted', rule: 'an aborted write does not change the target', part: sink((_right, { save }) => ({ abort: () => save() })) },
  { fault: 'saves what a failed run has written', rule: 'a failed run does not change the target', part: sink((right, { save }) => ({ write: async (batch: Batch) => { await right.write(batch); await save() } })) },
  { fault: 'cannot be aborted twice', rule: 'can be abandoned at any moment', part: sink((_right, { path }) => ({ abort: async () => rm(`${path}.lock`) })) },
  { fault: 'leaves a temporary file', rule: 'can be abandoned at any moment', part: sink((right, { path }) => ({ write: async (batch: Batch) => { await right.write(batch); await writeFile(`${path}.part`, 'x') } })) },
  { fault: 'keeps rows in a variable of its module', rule: 'two concurrent writes do not mix', part: sink((_right, { path }) => { shared.rows = []; return { write: (batch: Batch) => void shared.rows.push(...batch.rows), commit: async () => { await writeFile(path, JSON.stringify(shared.rows)); return { rows: shared.rows.length, location: path } } } }) },
  { fault: 'changes the rows', rule: 'it does not change the rows that it receives', part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) (row as Record<string, unknown>).written = true; return right.write(batch) } })) },
  { fault: 'empties the batch', rule: 'it does not change the rows that it receives', part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) (row.tags as string[]).length = 0; return right.write(batch) } })) },
  { fault: 'never ends after its signal', rule: 'a run stops when its signal fires', part: defineSink({ options: { path: z.string() }, open: (_options, { signal }) => ({ write: () => (signal.aborted ? never : undefined), commit: async () => ({ rows: 5, location: 'x' }), abort: () => (signal.aborted ? never : Promise.resolve()) }) }) as SinkDefinition },
  { fault: 'leaves a timer', rule: 'frees its resources', part: sink((right) => { const timer = setInterval(() => undefined, 100_000); void timer; return right }) },
  { fault: 'leaves its file open when it is aborted', rule: 'frees its resources', part: sink((right) => ({ write: async (batch: Batch) => { await right.write(batch); openFiles.push(await open(import.meta.filename)) } })) },
  { fault: 'breaks at a text with half of a character', rule: 'values of all kinds are written, or refused with a typed error that names the row', part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) encodeURIComponent(String(row.name)); return right.write(batch) } })) },
  { fault: 'breaks at null', rule: 'values of all kinds are written, or refused with a typed error that names the row', part: sink((right) => ({ write: (batch: Batch) => { for (const row of batch.rows) (row.name as string).trim(); return right.write(batch) } })) },
  { fault: 'cuts long texts', rule: 'values of all kinds are read back', part: sink((right) => ({ write: (batch: Batch) => right.write({ ...batch, rows: batch.rows.map((row) => ({ ...row, name: typeof row.name === 'string' ? row.name.slice(0, 12) : row.name })) }) })) },
  { fault: 'leaves out what it cannot hold, in silence', rule: 'values of all kinds are read back', part: sink((right, { rows: kept }) => { let left = 0; return { write: (batch: Batch) => { const fits = batch.rows.filter(({ name }) => typeof name !== 'string' || name.isWellFormed()); left += batch.rows.length - fits.length; return right.write({ ...batch, rows: fits }) }, commit: async () => { const result = await right.commit(); return { ...result, rows: kept.length + left } } } }) },
  { fault: 'gives all targets one name', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { target: () => 'the target' }) },
  { fault: 'gives a target another name each time', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { target: () => crypto.randomUUID() }) },
  { fault: 'finds a fault in options that are right', rule: 'accepts valid options and names the same target each time', part: sink(() => ({}), { check: async () => [maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'no' })] }) },
  { fault: 'refuses every row', rule: 'a run writes to it without an error', part: sink(() => ({ write: ({ ids: [rowId] }: Batch) => { throw maestroError('MAESTRO_STEP_FAILED', { step: 'x', reason: 'no' }).at({ rowId }) } })) },
  { fault: 'prints to standard output', rule: 'a run writes to it without an error', part: sink((right) => ({ write: (batch: Batch) => { console.log(batch.ids.length); return right.write(batch) } })) },
  { fault: 'forgets the lines of a table engine', rule: 'lines that a table engine writes become its rows', part: sink((right, { path }) => ({ jsonLines: { path: `${path}.lines`, written: () => undefined }, commit: () => right.commit() })) },
]

/** A storage of JSON files that can be written and read. @param change What differs in reading */
export function storage(change: (row: Row, place: number) => Row = (row) => row, idOf = (place: number) => `r${place}`): StorageDefinition {
  const reading = defineSource({
    options: { path: z.string() },
    columns: () => ({ columns: {}, open: true }),
    open: (options, { directory }) => ({
      async *read() {
        const all: Row[] = JSON.parse(await readFile(target(directory, options), 'utf8'))
        yield { ids: all.map((_, place) => idOf(place)), rows: all.map(change) }
      },
    }),
  })
  return defineStorage({ name: 'acme.json', source: reading, sink: rightSink as never }) as StorageDefinition
}
