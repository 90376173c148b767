import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { Batch, Row, RowStorage } from '@maestro-dataflow/core'

/** A storage to test, and how to reopen it. */
export interface MadeStorage {
  readonly storage: RowStorage
  /** Reopens what the storage left, as a later process would; for storages that outlive their process. */
  readonly reopen?: (() => RowStorage | Promise<RowStorage>) | undefined
  /** Frees what it holds and removes what it left. */
  readonly dispose?: (() => void | Promise<void>) | undefined
}

/** Creates a storage without rows, at step 0, in a separate place. */
export type MakeStorage = () => MadeStorage | Promise<MadeStorage>

/** What the cases receive. */
export interface RowStorageSubject {
  make(): Promise<MadeStorage>
}

/** The rows of a storage with their ids. */
export interface Written {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
}

/** Rows with their places as ids. */
export function batchOf(rows: readonly Row[]): Batch {
  return { ids: rows.map((_, index) => String(index)), rows }
}

/**
 * Compares everything like a plain assertion, but reports only the first row that differs, because printing thousands
 * of rows takes minutes.
 */
export function assertRows(actual: readonly Row[], expected: readonly Row[], what = 'the rows'): void {
  for (let at = 0; at < Math.max(actual.length, expected.length); at++) {
    if (isDeepStrictEqual(actual[at], expected[at])) continue
    const [found, wanted] = [actual[at], expected[at]].map((row) =>
      inspect(row, { maxStringLength: 200, maxArrayLength: 20 }),
    )
    assert.fail(`${what}: row ${at} is ${found}, not ${wanted}`)
  }
}

/** Compares rows and ids. */
export function assertSame(actual: Written, expected: Written, what?: string): void {
  assertRows(actual.rows, expected.rows, what)
  const at = expected.ids.findIndex((id, index) => id !== actual.ids[index])
  assert.equal(at, -1, `the id of row ${at} is ${actual.ids[at]}, not ${expected.ids[at]}`)
}

/** Everything that a storage holds. */
export async function readAll(storage: RowStorage): Promise<Written> {
  const ids: string[] = []
  const rows: Row[] = []
  for await (const batch of storage.read()) {
    assert.equal(batch.ids.length, batch.rows.length)
    ids.push(...batch.ids)
    rows.push(...batch.rows)
  }
  return { ids, rows }
}
