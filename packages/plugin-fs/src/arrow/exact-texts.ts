import type { Batch, Column } from '@uwdata/flechette'
import { textOf } from '../stored-text.js'

type Library = typeof import('@uwdata/flechette')
type DictionaryBatch = Batch<unknown> & { readonly dictionary: Column<unknown>; key(index: number): number }
type Read = (this: unknown, index: number) => Uint8Array

/**
 * Makes the texts of a column throw where their bytes are not UTF-8, and keep a mark of the byte order. The library would
 * put a replacement character for the former, and nothing for the latter.
 */
export function withExactTexts<Value>(library: Library, column: Column<Value>): Column<Value> {
  const { batchType, utf8, largeUtf8, utf8View, binary, largeBinary, binaryView } = library
  const bytesOf = new Map<unknown, Read>([
    [batchType(utf8()), batchType(binary()).prototype.value],
    [batchType(largeUtf8()), batchType(largeBinary()).prototype.value],
    [batchType(utf8View()), batchType(binaryView()).prototype.value],
  ])
  /** @returns whether the batch holds texts */
  const mend = (batch: Batch<unknown>): boolean => {
    const read = bytesOf.get(batch.constructor)
    if (read !== undefined) batch.value = (index) => textOf(read.call(batch, index))
    const parts = (batch.children ?? []).map(mend)
    if (isDictionary(batch) && batch.dictionary.data.map(mend).includes(true)) readWhenNeeded(batch)
    return read !== undefined || parts.includes(true)
  }
  column.data.forEach(mend)
  return column
}

const isDictionary = (batch: Batch<unknown>): batch is DictionaryBatch => 'dictionary' in batch

/** The library has read all entries of a dictionary. Each is read again when a row has it, so that it costs that row. */
function readWhenNeeded(batch: DictionaryBatch): void {
  const entries = new Map<number, unknown>()
  batch.value = (index) => {
    const key = batch.key(index)
    if (!entries.has(key)) entries.set(key, batch.dictionary.at(key))
    return entries.get(key)
  }
}
