import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type Batch, MapOperator, type OperatorContext, type Row } from '@maestro-dataflow/core'
import { DataProcessor, Pipeline } from '@maestro-dataflow/core/compat'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'
import { FileStorage, type FileStorageOptions } from './file-storage.js'

const { write, read, path } = temporaryProject()
const open = (options: Partial<FileStorageOptions> = {}) =>
  new FileStorage({ path: 'in.csv', directory: 'work', project: path(''), ...options })
const batch = (rows: Row[]): Batch => ({ ids: rows.map((_, index) => `r${index}`), rows })

class Add extends MapOperator {
  readonly #value: number

  constructor(value: number) {
    super()
    this.#value = value
  }

  override map(row: Row, _context: OperatorContext): Row {
    if (row.n === 'bad') throw new TypeError('bad')
    return { ...row, n: Number(row.n) + this.#value }
  }
}

describe('steps', () => {
  test('operators in a row: each reads the step before and writes the next', async () => {
    write('in.csv', 'id,n\n00123,1\nNA,2\n')
    const storage = open()
    expect(storage.operatorStep).toBe(0)
    const first = await new Add(10).run(storage)
    expect(first).toMatchObject({ rows: 2, rowsIn: 2, location: 'work/step-1.jsonl', rejected: [] })
    await new Add(100).run(storage)
    expect(storage.operatorStep).toBe(2)
    expect(await storage.rows()).toEqual([
      { id: '00123', n: 111 },
      { id: 'NA', n: 112 },
    ])
    expect(read('work/step-1.jsonl')).toBe(
      '{"id":"in.csv:2","row":{"id":"00123","n":11}}\n{"id":"in.csv:3","row":{"id":"NA","n":12}}\n',
    )
    expect(read('in.csv')).toBe('id,n\n00123,1\nNA,2\n')
  })

  test('a new storage goes on from the newest finished step', async () => {
    write('in.csv', 'n\n1\n')
    await new Add(1).run(open())
    await new Add(1).run(open())
    const storage = open()
    expect(storage.operatorStep).toBe(2)
    expect(await storage.rows()).toEqual([{ n: 3 }])
    rmSync(path('in.csv'))
    expect(await open().rows()).toEqual([{ n: 3 }])
  })

  test('steps of another input are not taken for this one', async () => {
    write('in.csv', 'n\n1\n')
    await new Add(1).run(open())
    appendFileSync(path('in.csv'), '2\n')
    const stale = { code: 'MAESTRO_FS_STEPS_STALE' }
    expect(await failure(open().rows())).toMatchObject(stale)
    expect(await failure(new Add(1).run(open()))).toMatchObject(stale)
    write('other.csv', 'n\n1\n')
    expect(await failure(open({ path: 'other.csv' }).rows())).toMatchObject(stale)
    const storage = open({ steps: 'restart' })
    expect(storage.operatorStep).toBe(0)
    expect(await storage.rows()).toEqual([{ n: '1' }, { n: '2' }])
    await new Add(1).run(storage)
    expect(await open().rows()).toEqual([{ n: 2 }, { n: 3 }])
  })

  test('restart removes all earlier steps, at its first write', async () => {
    write('in.csv', 'n\n1\n')
    const storage = open()
    for (let step = 0; step < 3; step++) await new Add(1).run(storage)
    const fresh = open({ steps: 'restart' })
    expect(open().operatorStep).toBe(3)
    await new Add(5).run(fresh)
    expect(readdirSync(path('work')).sort()).toEqual(['input.json', 'step-1.jsonl'])
    expect(await open().rows()).toEqual([{ n: 6 }])
  })

  test('a view stays at its step', async () => {
    write('in.csv', 'n\n1\n')
    const storage = open()
    const view = storage.step()
    await view.write([batch([{ n: 2 }])])
    expect([view.operatorStep, storage.operatorStep]).toEqual([0, 1])
    const seen: Row[] = []
    for await (const { rows } of view.read()) seen.push(...rows)
    expect(seen).toEqual([{ n: '1' }])
  })

  test('a write that fails leaves the steps as they were, and nothing beside', async () => {
    write('in.csv', 'n\n1\n')
    const storage = open()
    await storage.write([batch([{ n: 1 }])])
    async function* failing() {
      yield batch([{ n: 2 }])
      throw new RangeError('stopped')
    }
    expect(await failure(storage.write(failing()))).toBeInstanceOf(RangeError)
    expect(storage.operatorStep).toBe(1)
    expect(readdirSync(path('work')).sort()).toEqual(['input.json', 'step-1.jsonl'])
    await Promise.all([storage.write([batch([{ n: 3 }])]), storage.write([batch([{ n: 4 }])])])
    expect(await storage.rows()).toEqual([{ n: 4 }])
    expect(storage.operatorStep).toBe(3)
  })

  test('values come back as they went in', async () => {
    const row = {
      none: null,
      text: '00123',
      emoji: '漢🎉{{x}}',
      big: 9007199254740993n,
      date: new Date(0),
      vector: new Float32Array([0.1, 1]),
      bytes: new Uint8Array([0, 255]),
      nan: Number.NaN,
      ...JSON.parse('{"__proto__":"own"}'),
    }
    const storage = open({ path: undefined as never })
    expect(await storage.rows()).toEqual([])
    await storage.write([batch([row, { text: 'x' }])])
    const [first, second] = await open({ path: undefined as never }).rows()
    expect(first).toEqual(row)
    expect(Object.hasOwn(first as Row, '__proto__')).toBe(true)
    expect(second).toEqual({ text: 'x' })
  })
})

describe('bad records', () => {
  test('of the input are rejected by the reader and reported by the storage', async () => {
    write('in.jsonl', '{"n":1}\n{broken\n{"n":"bad"}\n{"n":2}\n')
    const storage = open({ path: 'in.jsonl' })
    const result = await new Add(1).run(storage)
    expect(result).toMatchObject({ rowsIn: 4, rows: 2 })
    expect(result.rejected.map(({ rowId }) => rowId)).toEqual(['in.jsonl:2', 'in.jsonl:3'])
    expect(storage.rejected.map(({ id }) => id)).toEqual(['in.jsonl:2'])
    const piped = await new Pipeline(open({ path: 'in.jsonl', directory: 'piped' })).addOperator(new Add(1)).run()
    expect(piped.rows).toBe(2)
  })

  test('a damaged step is an error that names it', async () => {
    write('in.csv', 'n\n1\n')
    await new Add(1).run(open())
    writeFileSync(path('work/step-1.jsonl'), '{"id":"a","ro')
    expect(await failure(open().rows())).toMatchObject({
      code: 'MAESTRO_STORAGE_READ',
      details: { location: 'work/step-1.jsonl' },
    })
  })
})

test("the seed's Pipeline and DataProcessor work on it; a processor converts into another storage", async () => {
  write('in.csv', 'id,n\na,3\nb,1\nc,2\n')
  const storage = open()
  await new Pipeline(storage).addOperator(new Add(1)).addOperator(new Add(1), 'again').run()
  await new DataProcessor(storage)
    .filter((row) => row.n !== 3)
    .sortValues('n')
    .run()
  expect(storage.operatorStep).toBe(2)
  expect((await storage.rows()).map(({ id }) => id)).toEqual(['c', 'a'])
  const target = new FileStorage({ directory: 'target', project: path('') })
  await new DataProcessor(storage).selectColumns(['id']).run(target)
  expect(await target.rows()).toEqual([{ id: 'c' }, { id: 'a' }])
})

test('paths outside of the project and wrong options are refused', async () => {
  expect(() => open({ directory: '../work' })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_STORAGE_PATH_OUTSIDE' }),
  )
  expect(await failure(open({ path: '../in.csv' }).rows())).toMatchObject({ code: 'MAESTRO_STORAGE_PATH_OUTSIDE' })
  expect(() => open({ encoding: 'klingon' })).toThrow(expect.objectContaining({ code: 'MAESTRO_FS_STORAGE_OPTIONS' }))
  expect(await failure(open({ path: 'nowhere.csv' }).rows())).toMatchObject({ code: 'MAESTRO_STORAGE_NOT_FOUND' })
  expect(existsSync(path('work'))).toBe(false)
})

test('a folder that cannot be made is said so', async () => {
  write('in.csv', 'n\n1\n')
  write('work', 'a file')
  expect(await failure(open().write([batch([{ n: 1 }])]))).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE' })
})
