import type { Batch, RowStorage } from '@maestro-dataflow/core'
import { MemoryStorage } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, failureOf } from '../__fixtures__/failed-cases.js'
import { carelessRowStorages } from '../__fixtures__/wrong-parts/careless/row-storages.js'
import { FaultyStorage, maker, reading, values, writing } from '../__fixtures__/wrong-parts/faulty-storage.js'
import { describeRowStorage } from '../vitest.js'
import type { MakeStorage } from './row-storage-subject.js'
import { type RowStorageCase, rowStorageSuite } from './row-storage-suite.js'

describeRowStorage(() => ({ storage: new MemoryStorage([]) }), { title: 'MemoryStorage' })

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

const faults: Readonly<Record<string, readonly [MakeStorage, ...RowStorageCase[]]>> = {
  'has rows from the beginning': [() => ({ storage: new MemoryStorage([{ a: 1 }]) }), 'begins at step 0, without rows'],
  'does not count its steps': [maker(StuckStep), 'each write creates the next step, which replaces the previous one'],
  'turns batches round': [
    maker(reading(({ ids, rows }) => ({ ids: ids.toReversed(), rows: rows.toReversed() }))),
    'rows keep their order and ids, over many batches of all sizes',
  ],
  'trims ids': [
    maker(writing(({ ids, rows }) => ({ ids: ids.map((id) => id.trim()), rows }))),
    'ids of all kinds are distinguished',
  ],
  'makes NaN null': [
    maker(values((value) => (Number.isNaN(value) ? null : value))),
    'values of every type are read back unchanged',
    'a column may have a different type in each row',
  ],
  'gives every row all columns': [
    maker(
      writing(({ ids, rows }) => {
        const empty = Object.fromEntries(rows.flatMap((row) => Object.keys(row).map((name) => [name, null])))
        return { ids, rows: rows.map((row) => ({ ...empty, ...row })) }
      }),
    ),
    'null, missing, and undefined values are distinguished; later rows may have more columns',
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
    'columns may have any name, and there may be many',
  ],
  'cuts long texts': [
    maker(values((value) => (typeof value === 'string' ? value.slice(0, 65_535) : value))),
    'a huge cell is stored completely',
  ],
  'takes no empty step': [maker(FullSteps), 'a step may have no rows'],
  'has views that follow': [maker(FollowingView), 'a view stays at its step, and its write creates the next step'],
  'locks out writers while it is read': [maker(Waiting), 'a step may be written while the previous step is read'],
  'keeps what came before a failure': [
    maker(NotAtomic),
    'an interrupted write keeps the previous step, and the next write succeeds',
  ],
  'drops functions': [
    maker(values((value) => (typeof value === 'function' ? null : value))),
    'a row that cannot be stored fails the write and keeps the previous step',
  ],
  'takes one reader': [maker(OneReader), 'reading may stop at any row', 'several readers may read at the same time'],
  'mixes writers': [maker(Mixing), 'two concurrent writers each create a complete step'],
  'keeps the objects themselves': [
    maker(Sharing),
    'a later change of a given or returned object does not change the stored one',
  ],
  forgets: [
    () => ({ storage: new MemoryStorage([]), reopen: () => new MemoryStorage([]) }),
    'steps outlive the storage',
  ],
}

describe('a storage that', () => {
  test.each(Object.entries(faults))('%s is found out', async (_, [make, ...expected]) => {
    expect(await failedCases(rowStorageSuite(make))).toEqual(expect.arrayContaining(expected))
  })

  test.each(carelessRowStorages)('$fault is found by: $rule', async ({ make, rule }) => {
    expect(await failureOf(rowStorageSuite(make), rule)).toBeDefined()
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
