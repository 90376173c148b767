import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { Row } from '@maestro-dataflow/core'

interface Table {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
}

/** Fails at the first row that differs, and names it. */
export function assertSameTable(some: Table, others: Table, one: string, other: string): void {
  assert.equal(
    some.rows.length,
    others.rows.length,
    `${one} there are ${some.rows.length} rows, ${other} ${others.rows.length}`,
  )
  for (const [index, row] of some.rows.entries()) {
    const [id, there] = [some.ids[index], others.ids[index]]
    assert.equal(id, there, `row ${index + 1} has the id ${id} ${one}, and ${there} ${other}`)
    const found = others.rows[index]
    assert.ok(isDeepStrictEqual(row, found), `row ${id}: ${one} it is ${inspect(row)}, ${other} ${inspect(found)}`)
  }
}
