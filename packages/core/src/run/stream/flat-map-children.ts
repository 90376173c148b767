import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { deepCopy } from '../checks/row-copy.js'
import type { Child } from './chain-events.js'
import { emptyLeaf } from './ordered-window.js'
import { ownRows } from './own-rows.js'
import type { RowInWork } from './row-in-work.js'
import { assertRow, isPromise } from './step-result.js'

/** The same as `childrenOf` for whatever a flatMap returned: the call has ended when all of its rows are there. */
export function allChildren(step: string, result: unknown): readonly Row[] | Promise<readonly Row[]> {
  return isPromise(result) ? result.then((value) => childrenOf(step, value)) : childrenOf(step, result)
}

/**
 * All rows that a flatMap made of one row. They are gathered before any of them continues, so that a step that throws
 * midway makes none.
 *
 * @throws MAESTRO_STEP_RESULT when the result is not a list of rows
 */
function childrenOf(step: string, result: unknown): readonly Row[] | Promise<readonly Row[]> {
  if (Array.isArray(result)) return ownRows(result).map((value) => asRow(step, value))
  if (typeof result === 'object' && result !== null) {
    if (Symbol.asyncIterator in result) return gatherLater(step, result as AsyncIterable<unknown>)
    if (Symbol.iterator in result) {
      const yielded = new YieldedRows(step)
      for (const value of nothingReturned(step, result as Iterable<unknown>)) yielded.add(value)
      return yielded.rows
    }
  }
  throw maestroError('MAESTRO_STEP_RESULT', { step, expected: 'rows (an iterable)', found: describeValue(result) })
}

/** A row that a flatMap made, which continues in place of its parent. */
export function childOf(parent: RowInWork, step: string, place: number, row: Row, from: number): Child {
  const id = `${parent.id}/${step}/${place}`
  const leaf = emptyLeaf(id)
  return { entry: parent.entry, leaf, id, row, from }
}

async function gatherLater(step: string, result: AsyncIterable<unknown>): Promise<readonly Row[]> {
  const yielded = new YieldedRows(step)
  for await (const value of nothingReturnedLater(step, result)) yielded.add(value)
  return yielded.rows
}

/** The values of a generator, which must not end with one more value, since a loop over the generator loses it. */
function* nothingReturned(step: string, values: Iterable<unknown>): Iterable<unknown> {
  assertNothing(step, yield* values)
}

async function* nothingReturnedLater(step: string, values: AsyncIterable<unknown>): AsyncIterable<unknown> {
  assertNothing(step, yield* values)
}

/** No rows may be returned, as by `return drop('no text')`. */
function assertNothing(step: string, returned: unknown): void {
  if (returned === undefined || returned === null || (Array.isArray(returned) && returned.length === 0)) return
  const fault = `returned ${describeValue(returned)} at the end of its generator instead of yielding it`
  throw maestroError('MAESTRO_STEP_CONTRACT', { step, fault })
}

/** Rows as a generator yields them: each is copied at once, since the generator may go on with the same object. */
class YieldedRows {
  readonly rows: Row[] = []
  readonly #step: string
  readonly #copies = new Map<unknown, Row>()

  constructor(step: string) {
    this.#step = step
  }

  /** @throws MAESTRO_STEP_RESULT, MAESTRO_STEP_CONTRACT when an object comes again with other values */
  add(value: unknown): void {
    const row = asRow(this.#step, value)
    const before = this.#copies.get(value)
    if (before !== undefined && !isDeepStrictEqual(before, row)) {
      const fault = 'yielded one object again and again instead of a new object for each row'
      throw maestroError('MAESTRO_STEP_CONTRACT', { step: this.#step, fault })
    }
    const copy = deepCopy(row)
    this.#copies.set(value, copy)
    this.rows.push(copy)
  }
}

function asRow(step: string, value: unknown): Row {
  assertRow(step, value)
  return value
}
