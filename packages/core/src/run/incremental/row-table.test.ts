import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { RowTable } from './row-table.js'

const keyOf = (n: number) => hash('sha256', String(n), 'buffer').subarray(0, 16)
const contentOf = (n: number) => hash('sha256', `content ${n}`, 'buffer').subarray(0, 8)

test('a table finds each of many keys with its content, also after it was written and read', () => {
  const table = new RowTable(16)
  const count = 20_000
  for (let n = 0; n < count; n++) {
    expect(table.find(keyOf(n))).toBe(-1)
    const at = table.add(keyOf(n))
    table.setContent(at, contentOf(n))
    table.setFlags(at, n % 8)
  }
  const read = RowTable.fromBytes(table.toBytes((at) => (table.flagsAt(at) === 7 ? undefined : table.flagsAt(at))))
  expect(read.size).toBe(count - count / 8)
  for (let n = 0; n < count; n++) {
    const at = read.find(keyOf(n))
    expect(at === -1).toBe(n % 8 === 7)
    if (at === -1) continue
    expect(read.flagsAt(at)).toBe(n % 8)
    expect(read.hasContent(at, contentOf(n))).toBe(true)
    expect(read.hasContent(at, contentOf(n + 1))).toBe(false)
  }
})
