import type { Batch, RowStorage } from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases } from '../__fixtures__/failed-cases.js'
import { describeRowStorage } from '../vitest.js'
import { type MakeStorage, type RowStorageCase, rowStorageSuite } from './row-storage-suite.js'

describeRowStorage(() => ({ storage: new MemoryStorage([]) }), { title: 'MemoryStorage' })

/** A storage that goes wrong in one way. */
class FaultyStorage implements RowStorage {
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
function reading(change: (batch: Batch) => Batch) {
  return class extends FaultyStorage {
    override async *read() {
      for await (const batch of super.read()) yield change(batch)
    }
  }
}

/** Changes what is written. */
function writing(change: (batch: Batch) => Batch) {
  return class extends FaultyStorage {
    override write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
      const changed = async function* () {
        for await (const batch of batches) yield change(batch)
      }
      return super.write(changed())
    }
  }
}

const values = (change: (value: unknown) => unknown) =>
  writing(({ ids, rows }) => ({
    ids,
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]))),
  }))

class NotAtomic extends FaultyStorage {
  override async write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    const gathered: Batch[] = []
    let failed: unknown
    try {
      for await (const batch of batches) gathered.push(batch)
    } catch (error) {
      failed = error
    }
    const result = await super.write(gathered)
    if (failed !== undefined) throw failed
    return result
  }
}

class FollowingView extends FaultyStorage {
  override step(): RowStorage {
    return this
  }
}

class StuckStep extends FaultyStorage {
  override get operatorStep(): number {
    return 0
  }
}

class Mixing extends FaultyStorage {
  readonly #rows: Batch[] = []

  override async write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    this.#rows.length = 0
    for await (const batch of batches) this.#rows.push(batch)
    return super.write(this.#rows)
  }
}

class FullSteps extends FaultyStorage {
  override async write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    const kept = await Array.fromAsync(batches)
    return kept.some(({ rows }) => rows.length > 0) ? super.write(kept) : { rows: 0, location: 'nowhere' }
  }
}

class OneReader extends FaultyStorage {
  #reading = false

  override async *read() {
    if (this.#reading) throw new Error('somebody reads')
    this.#reading = true
    yield* super.read()
    this.#reading = false
  }
}

/** Keeps the objects themselves. */
class Sharing extends FaultyStorage {
  #batches: Batch[] = []

  override async write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    const kept = await Array.fromAsync(batches)
    const result = await super.write(kept)
    this.#batches = kept
    return result
  }
  override async *read() {
    yield* this.#batches
  }
}

class Waiting extends FollowingView {
  #open = 0

  override async *read() {
    this.#open++
    yield* super.read()
    this.#open--
  }
  override async write(batches: AsyncIterable<Batch> | Iterable<Batch>) {
    const kept: Batch[] = []
    for await (const batch of batches) {
      if (this.#open > 0) throw new Error('somebody reads')
      kept.push(batch)
    }
    return super.write(kept)
  }
}

const maker = (Storage: new () => RowStorage) => () => ({ storage: new Storage() })

const faults: Readonly<Record<string, readonly [MakeStorage, ...RowStorageCase[]]>> = {
  'has rows from the beginning': [() => ({ storage: new MemoryStorage([{ a: 1 }]) }), 'begins at step 0, without rows'],
  'does not count its steps': [
    maker(StuckStep),
    'each write makes the next step, which takes the place of the one before',
  ],
  'turns batches round': [
    maker(reading(({ ids, rows }) => ({ ids: ids.toReversed(), rows: rows.toReversed() }))),
    'rows keep their order and ids, over many batches of all sizes',
  ],
  'trims ids': [
    maker(writing(({ ids, rows }) => ({ ids: ids.map((id) => id.trim()), rows }))),
    'ids of all kinds are told apart',
  ],
  'makes NaN null': [
    maker(values((value) => (Number.isNaN(value) ? null : value))),
    'values of every type come back as they went in',
    'a column may hold another type in each row',
  ],
  'gives every row all columns': [
    maker(
      writing(({ ids, rows }) => {
        const empty = Object.fromEntries(rows.flatMap((row) => Object.keys(row).map((name) => [name, null])))
        return { ids, rows: rows.map((row) => ({ ...empty, ...row })) }
      }),
    ),
    'null, missing and undefined stay apart; columns may come late',
  ],
  'sets columns as properties': [
    maker(
      writing(({ ids, rows }) => ({
        ids,
        rows: rows.map((row) => {
          const copy: Record<string, unknown> = {}
          for (const [name, value] of Object.entries(row)) copy[name] = value
          return copy
        }),
      })),
    ),
    'columns may have any name, and many',
  ],
  'cuts long texts': [
    maker(values((value) => (typeof value === 'string' ? value.slice(0, 65_535) : value))),
    'a huge cell is kept whole',
  ],
  'takes no empty step': [maker(FullSteps), 'a step without rows is a step'],
  'has views that follow': [maker(FollowingView), 'a view stays at its step, and what it writes is the next one'],
  'locks out writers while it is read': [
    maker(Waiting),
    'a step may be written from the step before, while that is read',
  ],
  'keeps what came before a failure': [
    maker(NotAtomic),
    'a write that is interrupted leaves the step before, and the next one works',
  ],
  'drops functions': [
    maker(values((value) => (typeof value === 'function' ? null : value))),
    'a row that cannot be kept fails the write and leaves the step before',
  ],
  'takes one reader': [maker(OneReader), 'a reading may end anywhere', 'several may read at once'],
  'mixes writers': [maker(Mixing), 'of two writers at once each makes a step of its own, whole'],
  'keeps the objects themselves': [maker(Sharing), 'what is changed outside stays as it was inside'],
  forgets: [
    () => ({ storage: new MemoryStorage([]), reopen: () => new MemoryStorage([]) }),
    'steps outlive the storage',
  ],
}

describe('a storage that', () => {
  test.each(Object.entries(faults))('%s is found out', async (_, [make, ...expected]) => {
    expect(await failedCases(rowStorageSuite(make))).toEqual(expect.arrayContaining(expected))
  })

  test('no case lets every fault pass', () => {
    expect(
      casesWithoutFault(
        rowStorageSuite(() => ({ storage: new MemoryStorage([]) })),
        faults,
      ),
    ).toEqual([])
  })
})
