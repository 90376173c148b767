import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableChainRequest, TableFile, TableStatement } from '@maestro-dataflow/core'
import { afterAll, expect, test } from 'vitest'
import { ReportedRequest, stepMemory } from './step-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'maestro-memory-'))
afterAll(() => rmSync(folder, { recursive: true }))

const mebibyte = 1024 * 1024
const dedupe: TableStatement = { kind: 'dedupe', by: ['id'], keep: 'first' }

/** A file of a few lines of a length. */
function linesOf(bytes: number): readonly TableFile[] {
  const path = join(folder, `${bytes}.jsonl`)
  writeFileSync(path, `${'x'.repeat(bytes - 1)}\n`.repeat(5))
  return [{ path, format: 'step' }]
}

test('a step begins with what 800,000 rows of its input take, within bounds', async () => {
  expect(await stepMemory([dedupe], linesOf(100), 2)).toBe(128 * mebibyte)
  expect(await stepMemory([dedupe], linesOf(300), 2)).toBe(240_000_000)
  expect(await stepMemory([dedupe], linesOf(5000), 2)).toBe(384 * mebibyte)
  expect(await stepMemory([dedupe], linesOf(200_000), 2)).toBe(384 * mebibyte)
  expect(await stepMemory([dedupe], [], 2)).toBe(384 * mebibyte)
})

test('a machine with many cores has memory for each', async () => {
  expect(await stepMemory([dedupe], linesOf(100), 32)).toBe(1024 * mebibyte)
})

test('a step that may collect values, which cannot move to the disk, has no bound', async () => {
  const aggregate = { kind: 'aggregate' } as TableStatement
  expect(await stepMemory([dedupe, aggregate], linesOf(100), 2)).toBeUndefined()
})

test('a request may run again after counts for the display, and not after what the run records', () => {
  const given: TableChainRequest = {
    input: [],
    columns: { columns: {}, open: true },
    statements: [dedupe],
    output: { path: '', format: 'step' },
    reject: () => undefined,
    leftOut: () => undefined,
    progress: () => undefined,
    signal: new AbortController().signal,
    directory: folder,
  }
  const reported = new ReportedRequest(given)
  reported.request.progress?.({ rowsIn: 1, rowsOut: 1, rejected: 0, dropped: 0, merged: 0, created: 0 }, 0)
  expect(reported.hasReported).toBe(false)
  reported.request.leftOut?.({ ids: ['a'] }, 0)
  expect(reported.hasReported).toBe(true)
})
