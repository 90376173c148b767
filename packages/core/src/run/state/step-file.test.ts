import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Batch, Row } from '../../contracts/row.js'
import { readStepFile, StepFileWriter } from './step-file.js'
import { StepFileStorage } from './step-file-storage.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-step-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = () => join(folder, 'deep/part.jsonl')
async function written(batches: readonly Batch[]): Promise<void> {
  const writer = await StepFileWriter.open(path())
  for (const batch of batches) await writer.write(batch)
  await writer.commit()
}
async function read(file = path()): Promise<Batch> {
  const ids: string[] = []
  const rows: Row[] = []
  for await (const batch of readStepFile(file)) {
    ids.push(...batch.ids)
    rows.push(...batch.rows)
  }
  return { ids, rows }
}

describe('step files', () => {
  test('rows and ids come back in order, across the pieces in which a file is read', async () => {
    const rows = Array.from({ length: 30_000 }, (_, n) => ({ n, text: '语🎉é'.repeat(20) }))
    const ids = rows.map(({ n }) => `文件:${n}`)
    await written([
      { ids: ids.slice(0, 7), rows: rows.slice(0, 7) },
      { ids: [], rows: [] },
      { ids: ids.slice(7), rows: rows.slice(7) },
    ])
    expect(await read()).toEqual({ ids, rows })
  })

  test('cells of 10 MB, among small ones', async () => {
    const rows = [
      { a: 1 },
      { a: '长'.repeat(10_000_000 / 3) },
      { a: 'x\ny\u2028' },
      { a: new Uint8Array(5_000_000).fill(7) },
    ]
    await written([{ ids: ['1', '2', '3', '4'], rows }])
    expect((await read()).rows).toEqual(rows)
  })

  test('no rows make an empty file', async () => {
    await written([])
    expect(await read()).toEqual({ ids: [], rows: [] })
  })

  test('nothing stands in its place before commit, and nothing after abort', async () => {
    const writer = await StepFileWriter.open(path())
    await writer.write({ ids: ['a'], rows: [{ a: 1 }] })
    expect(existsSync(path())).toBe(false)
    await writer.abort()
    expect(readdirSync(join(folder, 'deep'))).toEqual([])
  })

  test('a row that cannot be written is named, and its batch leaves nothing', async () => {
    const writer = await StepFileWriter.open(path())
    const batch = { ids: ['good', 'bad'], rows: [{ a: 1 }, { a: () => 1 }] }
    expect(() => writer.write(batch)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_ROW_UNENCODABLE', rowId: 'bad' }),
    )
    await writer.write({ ids: ['other'], rows: [{ a: 2 }] })
    await writer.commit()
    expect(await read()).toEqual({ ids: ['other'], rows: [{ a: 2 }] })
    expect(writer.rows).toBe(1)
  })

  test('a full disk and a place that is taken are errors of the run folder', async () => {
    mkdirSync(join(folder, 'deep'))
    symlinkSync('/dev/full', `${path()}.tmp`)
    await expect(written([{ ids: ['a'], rows: [{ a: 1 }] }])).rejects.toMatchObject({
      code: 'MAESTRO_RUN_STATE',
      details: { reason: expect.stringContaining('ENOSPC') },
    })
    rmSync(`${path()}.tmp`)
    mkdirSync(`${path()}.tmp`)
    await expect(StepFileWriter.open(path())).rejects.toMatchObject({ code: 'MAESTRO_RUN_STATE' })
  })
})

describe('StepFileStorage', () => {
  const pathOf = (step: number) => join(folder, `step-${step}.jsonl`)
  const batch = (n: number): Batch => ({ ids: [`r${n}`], rows: [{ n }] })
  async function storage(): Promise<StepFileStorage> {
    const input = await StepFileWriter.open(pathOf(0))
    await input.write(batch(0))
    await input.commit()
    return new StepFileStorage(pathOf)
  }
  const rowsOf = async (from: { read(): AsyncIterable<Batch> }) =>
    (await Array.fromAsync(from.read())).flatMap(({ rows }) => rows)

  test('steps are numbered; a view stays where it is, also a view of a view, and writes the next', async () => {
    const all = await storage()
    const view = all.step()
    expect(await view.write([batch(1)])).toEqual({ rows: 1, location: pathOf(1) })
    expect([view.operatorStep, view.step().operatorStep, all.operatorStep, all.rows]).toEqual([0, 1, 1, 1])
    expect([await rowsOf(view), await rowsOf(all)]).toEqual([[{ n: 0 }], [{ n: 1 }]])
    await view.write([batch(2), batch(3)])
    expect([all.operatorStep, all.rows]).toEqual([2, 2])
    expect(await rowsOf(all)).toEqual([{ n: 2 }, { n: 3 }])
  })

  test('a write that fails midway leaves the step before, and no file', async () => {
    const all = await storage()
    async function* broken() {
      yield batch(1)
      throw new TypeError('gone')
    }
    await expect(all.write(broken())).rejects.toThrow('gone')
    await expect(all.write([{ ids: ['x'], rows: [{ a: Symbol('x') }] }])).rejects.toMatchObject({ rowId: 'x' })
    expect([all.operatorStep, await rowsOf(all)]).toEqual([0, [{ n: 0 }]])
    expect(readdirSync(folder)).toEqual(['step-0.jsonl'])
  })
})
