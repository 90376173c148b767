import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LedgerReader } from './read-ledger.js'
import { RunLedger } from './run-ledger.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-ledger-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, 'ledger.bin')

function written(note: (ledger: RunLedger) => void): LedgerReader {
  const ledger = new RunLedger({ path: path(), runId: 'r', started: Date.now(), prompts: new Map(), checksums: false })
  ledger.begin(3, 'output', [])
  note(ledger)
  ledger.close()
  return new LedgerReader(path())
}

const factsOf = (reader: LedgerReader, id: string) => reader.trail(id)?.facts.map(({ fact }) => fact)

test('numbered rows that a table step dropped are found by their ids, and the others are not', () => {
  const reader = written((ledger) => {
    const numbers = Float64Array.from({ length: 200_000 }, (_, index) => index * 3 + 1)
    ledger.leftOut('cheap', { ids: { prefix: 'a:', numbers }, reason: 'not price < 5' })
    expect(ledger.tally('cheap')).toEqual({ dropped: 200_000, merged: 0, rejected: 0 })
    expect(ledger.drops.list()).toMatchObject([{ rows: 200_000, rowId: 'a:1', reason: 'not price < 5' }])
  })
  const dropped = { kind: 'dropped', step: 'cheap', reason: 'not price < 5' }
  expect(factsOf(reader, 'a:1')).toEqual([dropped])
  expect(factsOf(reader, 'a:599998')).toEqual([dropped])
  for (const id of ['a:2', 'a:600001', 'a:01', 'b:1', 'a:', 'a:1/split/0']) expect(reader.trail(id)).toBeUndefined()
  expect([...reader.facts()]).toHaveLength(200_000)
  expect(statSync(path()).size).toBeLessThan(2000)
})

test('numbered rows that were merged name the row that was kept, in either direction', () => {
  const reader = written((ledger) =>
    ledger.leftOut('once', {
      ids: { prefix: 'a:', numbers: Float64Array.of(9, 2, 2 ** 40) },
      into: { prefix: "b'", numbers: Float64Array.of(1, 2 ** 50, 7) },
    }),
  )
  expect(factsOf(reader, 'a:9')).toEqual([{ kind: 'merged', step: 'once', into: "b'1" }])
  expect(factsOf(reader, 'a:2')).toEqual([{ kind: 'merged', step: 'once', into: `b'${2 ** 50}` }])
  expect(factsOf(reader, `a:${2 ** 40}`)).toEqual([{ kind: 'merged', step: 'once', into: "b'7" }])
  expect(reader.trail('a:9')?.left).toEqual([])
})

test('a block holds rows, facts, and lists together', () => {
  const reader = written((ledger) => {
    ledger.left({ id: 'a:1', row: { n: 1 } } as never)
    ledger.rejected('check', 'x', 'MAESTRO_STEP_FAILED', 1)
    ledger.leftOut('first', { ids: { prefix: '', numbers: Float64Array.of(5) } })
    ledger.leftOut('second', { ids: { prefix: 'a:', numbers: Float64Array.of(1, 2) }, reason: '不是' })
    ledger.leftOut('third', { ids: ['name', 'a:3'], into: ['other', 'a:1'] })
  })
  expect(factsOf(reader, 'x')).toMatchObject([{ kind: 'rejected', step: 'check' }])
  expect(factsOf(reader, '5')).toEqual([{ kind: 'dropped', step: 'first', reason: undefined }])
  expect(factsOf(reader, 'a:1')).toEqual([{ kind: 'dropped', step: 'second', reason: '不是' }])
  expect(reader.trail('a:1')?.left).toEqual([{ stage: 3, pass: 'output' }])
  expect(factsOf(reader, 'name')).toEqual([{ kind: 'merged', step: 'third', into: 'other' }])
})
