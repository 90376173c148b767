import { setImmediate } from 'node:timers/promises'
import type { Batch, Row, RowStorage } from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import type { MakeStorage } from '../../../conformance/row-storage-subject.js'
import type { RowStorageCase } from '../../../conformance/row-storage-suite.js'
import { FaultyStorage, maker, reading, values, writing } from '../faulty-storage.js'

/** A row storage of a careless author, and the rule that finds it. */
export interface CarelessRowStorage {
  readonly fault: string
  readonly make: MakeStorage
  readonly rule: RowStorageCase
}

type Batches = AsyncIterable<Batch> | Iterable<Batch>

const order = 'rows keep their order and ids, over many batches of all sizes'
const every = 'values of every type are read back unchanged'
const nothing = 'null, missing, and undefined values are distinguished; later rows may have more columns'
const names = 'columns may have any name, and there may be many'
const interrupted = 'an interrupted write keeps the previous step, and the next write succeeds'

const texts = (change: (text: string) => unknown) => values((value) => (typeof value === 'string' ? change(value) : value))
const rows = (change: (row: Row) => Row) => writing((batch) => ({ ids: batch.ids, rows: batch.rows.map(change) }))
const renaming = (change: (name: string) => string) => rows((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [change(name), value])))

/** A storage whose write is another one. */
const storing = (write: (right: (batches: Batches) => ReturnType<RowStorage['write']>, batches: Batches) => ReturnType<RowStorage['write']>) =>
  class extends FaultyStorage {
    override write(batches: Batches) {
      return write((given) => super.write(given), batches)
    }
  }

/** A storage of which only the last steps are kept. */
class Forgetful extends FaultyStorage {
  override step(): RowStorage {
    const view = this.inner.step()
    const at = view.operatorStep
    const isGone = () => this.inner.operatorStep - at > 2
    return {
      operatorStep: at,
      step: () => view.step(),
      write: (batches) => this.write(batches),
      read: () => (isGone() ? this.inner.read() : view.read()),
    }
  }
}

/** A step that is counted when its write begins. */
class EarlyStep extends FaultyStorage {
  #step = 0

  override get operatorStep(): number {
    return this.#step
  }
  override async write(batches: Batches) {
    this.#step++
    return super.write(batches)
  }
}

/** Readers that share one position. */
class OnePosition extends FaultyStorage {
  #batches: AsyncIterator<Batch> | undefined

  override async *read() {
    this.#batches ??= super.read()[Symbol.asyncIterator]()
    for (;;) {
      const next = await this.#batches.next()
      if (next.done === true) break
      yield next.value
      await setImmediate()
    }
    this.#batches = undefined
  }
}

/** Steps of two writers that become one. */
class Joining extends FaultyStorage {
  #waiting: Batch[] = []

  override async write(batches: Batches) {
    for await (const batch of batches) this.#waiting.push(batch)
    const all = this.#waiting
    this.#waiting = []
    return super.write(all)
  }
}

/** A storage that holds its rows as JSON when it is opened again. */
function reopened(change: (batch: Batch) => Batch): MakeStorage {
  return () => {
    const storage = new MemoryStorage([])
    const reopen = (): RowStorage => ({
      get operatorStep() {
        return storage.operatorStep
      },
      step: () => storage.step(),
      write: (batches) => storage.write(batches),
      async *read() {
        for await (const batch of storage.read()) yield change(batch)
      },
    })
    return { storage, reopen }
  }
}

/** Row storages of careless authors, each with the rule that finds it. */
export const carelessRowStorages: readonly CarelessRowStorage[] = [
  { fault: 'makes undefined null', make: maker(values((value) => value ?? null)), rule: nothing },
  { fault: 'leaves out what is undefined', make: maker(rows((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)))), rule: nothing },
  { fault: 'leaves out what is null', make: maker(rows((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))), rule: nothing },
  { fault: 'makes dates texts', make: maker(values((value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value))), rule: every },
  { fault: 'cuts milliseconds', make: maker(values((value) => (value instanceof Date ? new Date(Math.floor(value.getTime() / 1000) * 1000) : value))), rule: every },
  { fault: 'makes dates of texts that look like dates', make: maker(texts((text) => (/^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : text))), rule: every },
  { fault: 'rounds large whole numbers', make: maker(values((value) => (typeof value === 'bigint' ? Number(value) : value))), rule: every },
  { fault: 'makes small large numbers plain ones', make: maker(values((value) => (typeof value === 'bigint' && value < 2n ** 53n ? Number(value) : value))), rule: every },
  { fault: 'makes whole numbers large ones', make: maker(values((value) => (Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value as number) : value))), rule: every },
  { fault: 'keeps fifteen digits', make: maker(values((value) => (typeof value === 'number' ? Number(value.toPrecision(15)) : value))), rule: every },
  { fault: 'forgets the sign of zero', make: maker(values((value) => (value === 0 ? 0 : value))), rule: every },
  { fault: 'makes yes and no numbers', make: maker(values((value) => (typeof value === 'boolean' ? Number(value) : value))), rule: every },
  { fault: 'makes vectors lists', make: maker(values((value) => (value instanceof Float32Array ? [...value] : value))), rule: every },
  { fault: 'gives bytes as a Buffer', make: maker(reading((batch) => ({ ...batch, rows: batch.rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]))) }))), rule: every },
  { fault: 'gives all of the memory of a part', make: maker(values((value) => (value instanceof Uint8Array ? new Uint8Array(value.buffer) : value))), rule: every },
  { fault: 'stores values as JSON', make: maker(rows((row) => JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))))), rule: every },
  { fault: 'normalizes texts', make: maker(texts((text) => text.normalize('NFC'))), rule: every },
  { fault: 'replaces halves of characters', make: maker(texts((text) => text.toWellFormed())), rule: every },
  { fault: 'makes an empty text null', make: maker(texts((text) => (text === '' ? null : text))), rule: every },
  { fault: 'trims texts', make: maker(texts((text) => text.trim())), rule: every },
  { fault: 'reads JSON in texts', make: maker(texts((text) => (text.startsWith('{"') ? JSON.parse(text) : text))), rule: every },
  { fault: 'holds one type in a column', make: maker(writing(({ ids, rows: all }) => { const types = new Map<string, string>(); return { ids, rows: all.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => { if (value === null || value === undefined) return [name, value]; const type = types.get(name) ?? typeof value; types.set(name, type); return [name, type === 'string' && typeof value === 'number' ? String(value) : value] }))) } })), rule: 'a column may have a different type in each row' },
  { fault: 'writes the names of columns small', make: maker(renaming((name) => name.toLowerCase())), rule: names },
  { fault: 'normalizes the names of columns', make: maker(renaming((name) => name.normalize('NFC'))), rule: names },
  { fault: 'cuts the names of columns', make: maker(renaming((name) => name.slice(0, 63))), rule: names },
  { fault: 'trims the names of columns', make: maker(renaming((name) => name.trim())), rule: names },
  { fault: 'keeps a column for its ids', make: maker(rows(({ id: _, ...row }) => row)), rule: names },
  { fault: 'holds a hundred columns', make: maker(rows((row) => Object.fromEntries(Object.entries(row).slice(0, 100)))), rule: names },
  { fault: 'turns ids of digits into numbers', make: maker(writing((batch) => ({ ...batch, ids: batch.ids.map((id) => (/^\d+$/.test(id) ? String(Number(id)) : id)) }))), rule: 'ids of all kinds are distinguished' },
  { fault: 'cuts ids', make: maker(writing((batch) => ({ ...batch, ids: batch.ids.map((id) => id.slice(0, 255)) }))), rule: 'ids of all kinds are distinguished' },
  { fault: 'numbers the rows anew', make: maker(writing((batch) => ({ ...batch, ids: batch.ids.map((_, n) => String(n)) }))), rule: order },
  { fault: 'gives rows in the order of their ids', make: maker(storing(async (right, batches) => { const all = (await Array.fromAsync(batches)).flatMap(({ ids, rows: some }) => ids.map((id, n) => ({ id, row: some[n] as Row }))).toSorted((a, b) => (a.id < b.id ? -1 : 1)); return right([{ ids: all.map(({ id }) => id), rows: all.map(({ row }) => row) }]) })), rule: order },
  { fault: 'stops at an empty batch', make: maker(storing(async (right, batches) => right((async function* () { for await (const batch of batches) { if (batch.rows.length === 0) return; yield batch } })()))), rule: order },
  { fault: 'leaves out the last batch, which is not full', make: maker(storing(async (right, batches) => right((async function* () { for await (const batch of batches) if (batch.rows.length !== 999) yield batch })()))), rule: order },
  { fault: 'counts its batches', make: maker(storing(async (right, batches) => { const all = await Array.fromAsync(batches); return { ...(await right(all)), rows: all.length } })), rule: order },
  { fault: 'does not say where its rows are', make: maker(storing(async (right, batches) => ({ ...(await right(batches)), location: '' }))), rule: 'each write creates the next step, which replaces the previous one' },
  { fault: 'keeps two steps', make: maker(Forgetful), rule: 'a view stays at its step, and its write creates the next step' },
  { fault: 'counts a step when its write begins', make: maker(EarlyStep), rule: interrupted },
  { fault: 'ends in silence when its input fails', make: maker(storing(async (right, batches) => right((async function* () { try { yield* batches } catch { /* as if there were no more rows */ } })()))), rule: interrupted },
  { fault: 'wraps the failure of its input', make: maker(storing(async (right, batches) => right(batches).catch((error: unknown) => { throw new Error(`cannot write: ${error}`) }))), rule: interrupted },
  { fault: 'keeps the rows of a failed write for the next one', make: maker(class extends FaultyStorage { readonly #left: Batch[] = []; override async write(batches: Batches) { for await (const batch of batches) this.#left.push(batch); return super.write(this.#left.splice(0)) } }), rule: interrupted },
  { fault: 'leaves its input open when it fails', make: maker(storing(async (right, batches) => right((async function* () { const all = (batches as AsyncIterable<Batch>)[Symbol.asyncIterator]?.() ?? (batches as Iterable<Batch>)[Symbol.iterator](); for (let next = await all.next(); next.done !== true; next = await all.next()) yield next.value })()))), rule: 'a row that cannot be stored fails the write and keeps the previous step' },
  { fault: 'stores a row without what cannot be stored', make: maker(rows((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value !== 'function')))), rule: 'a row that cannot be stored fails the write and keeps the previous step' },
  { fault: 'shares one position between its readers', make: maker(OnePosition), rule: 'several readers may read at the same time' },
  { fault: 'joins the steps of two writers', make: maker(Joining), rule: 'two concurrent writers each create a complete step' },
  { fault: 'numbers its rows anew when it is opened again', make: reopened((batch) => ({ ...batch, ids: batch.ids.map((_, n) => String(n)) })), rule: 'steps outlive the storage' },
  { fault: 'has its rows as JSON when it is opened again', make: reopened((batch) => ({ ...batch, rows: batch.rows.map((row) => JSON.parse(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))) })), rule: 'steps outlive the storage' },
  { fault: 'cuts large cells', make: maker(texts((text) => text.slice(0, 2 ** 20))), rule: 'a huge cell is stored completely' },
]
