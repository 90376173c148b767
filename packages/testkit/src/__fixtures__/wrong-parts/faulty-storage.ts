import type { Batch, RowStorage } from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'

/** A storage that goes wrong in one way. */
export class FaultyStorage implements RowStorage {
  protected readonly inner: MemoryStorage = new MemoryStorage([])

  get operatorStep(): number {
    return this.inner.operatorStep
  }
  step(): RowStorage {
    return this.inner.step()
  }
  read(): AsyncIterable<Batch> {
    return this.inner.read()
  }
  write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    return this.inner.write(batches)
  }
}

/** Changes what is read. */
export function reading(change: (batch: Batch) => Batch) {
  return class extends FaultyStorage {
    override async *read() {
      for await (const batch of super.read()) yield change(batch)
    }
  }
}

/** Changes what is written. */
export function writing(change: (batch: Batch) => Batch) {
  return class extends FaultyStorage {
    override write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
      const changed = async function* () {
        for await (const batch of batches) yield change(batch)
      }
      return super.write(changed())
    }
  }
}

/** Changes the values that are written. */
export const values = (change: (value: unknown) => unknown) =>
  writing(({ ids, rows }) => ({
    ids,
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]))),
  }))

/** Makes a new storage of a class each time. */
export const maker = (Storage: new () => RowStorage) => () => ({ storage: new Storage() })
