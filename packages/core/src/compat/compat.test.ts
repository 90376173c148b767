import { describe, expect, test } from 'vitest'
import * as compat from '../compat.js'
import { FilterOperator } from '../contracts/operator/filter.js'
import { FlatMapOperator } from '../contracts/operator/flat-map.js'
import { MapOperator } from '../contracts/operator/map.js'
import { MapBatchesOperator } from '../contracts/operator/map-batches.js'
import { Operator } from '../contracts/operator/operator.js'
import { Prompt } from '../contracts/prompt.js'
import type { Row } from '../contracts/row.js'
import { PromptTemplate } from '../define/prompt.js'
import { MemoryStorage } from '../run/memory-storage.js'

const { DataProcessor, DIYPromptABC, OperatorABC, Pipeline, PromptABC, promptRestrict } = compat

class Double extends MapOperator {
  override map(row: Row): Row {
    if (row.n === 3) throw new RangeError('three')
    return { ...row, n: Number(row.n) * 2 }
  }
}
class Even extends FilterOperator {
  override keep(row: Row): boolean {
    return Number(row.n) % 2 === 0
  }
}
class Twice extends FlatMapOperator {
  override flatMap(row: Row): Row[] {
    return [row, row]
  }
}
class Total extends MapBatchesOperator {
  override readonly batchSize = 2
  override mapBatches(rows: readonly Row[]): Row[] {
    return rows.map((row) => ({ ...row, size: rows.length }))
  }
}

const numbers = () => new MemoryStorage([1, 2, 3, 4].map((n) => ({ n })))
const values = async (storage: MemoryStorage) => (await storage.rows()).map(({ n }) => n)

describe('an operator alone on a storage', () => {
  test('each kind writes the next step; rows that fail are in the result', async () => {
    const storage = numbers()
    const result = await new Double().run(storage)
    expect(result).toMatchObject({ rows: 3, rowsIn: 4, rejected: [{ rowId: 'rows:3', row: { n: 3 } }] })
    expect(storage.operatorStep).toBe(1)
    expect(await values(storage)).toEqual([2, 4, 8])
    await new Even().run(storage)
    expect(await values(storage)).toEqual([2, 4, 8])
    await new Twice().run(storage)
    expect(await values(storage)).toEqual([2, 2, 4, 4, 8, 8])
    await new Total().run(storage)
    expect((await storage.rows()).map(({ size }) => size)).toEqual([2, 2, 2, 2, 2, 2])
    expect(storage.operatorStep).toBe(4)
  })

  test('when every row fails, nothing is written', async () => {
    const storage = new MemoryStorage([{ n: 3 }, { n: 3 }])
    await expect(new Double().run(storage)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
    expect(storage.operatorStep).toBe(0)
  })

  test('an abort leaves the storage as it was', async () => {
    const storage = numbers()
    await expect(new Even().run(storage, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ABORTED',
    })
    expect(storage.operatorStep).toBe(0)
  })
})

describe('MemoryStorage', () => {
  test('steps are numbered, a view stays where it is, and what is kept are values', async () => {
    const row = { n: 1, list: [1] }
    const storage = new MemoryStorage([row], { key: 'n' })
    row.list.push(2)
    const view = storage.step()
    await storage.write([{ ids: ['x'], rows: [{ n: 2 }] }])
    expect(await Array.fromAsync(view.read())).toEqual([{ ids: ['1'], rows: [{ n: 1, list: [1] }] }])
    expect(await storage.rows()).toEqual([{ n: 2 }])
    expect([view.operatorStep, storage.operatorStep]).toEqual([0, 1])
  })

  test('a write that fails midway leaves the step before', async () => {
    const storage = numbers()
    async function* broken() {
      yield { ids: ['a'], rows: [{ n: 9 }] }
      throw new TypeError('gone')
    }
    await expect(storage.write(broken())).rejects.toThrow('gone')
    expect(storage.operatorStep).toBe(0)
    expect(await values(storage)).toEqual([1, 2, 3, 4])
  })
})

describe('Pipeline', () => {
  test('runs operators in a row into one new step, and says what each did', async () => {
    const storage = numbers()
    const result = await new Pipeline(storage).addOperator(new Double()).addOperator(new Twice(), 'twice').run()
    expect(await values(storage)).toEqual([2, 2, 4, 4, 8, 8])
    expect(storage.operatorStep).toBe(1)
    expect(result.operators).toMatchObject([
      { name: 'Double-1', counts: { rowsIn: 4, rowsOut: 3, rejected: 1 } },
      { name: 'twice', counts: { rowsIn: 3, rowsOut: 6, created: 3 } },
    ])
  })

  test('a failure leaves the storage as it was; a name that is taken is refused', async () => {
    const storage = new MemoryStorage([{ n: 3 }])
    const steps = new Pipeline(storage).addOperator(new Even()).addOperator(new Double())
    await expect(new Pipeline(storage).addOperator(new Double()).run()).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ALL_FAILED',
    })
    expect(storage.operatorStep).toBe(0)
    expect(() => steps.addOperator(new Even(), 'Double-2')).toThrow(/Double-2/)
  })
})

describe('DataProcessor', () => {
  const people = () =>
    new MemoryStorage([
      { name: 'Bo', city: 'Oslo', age: 30 },
      { name: '伟', city: '上海', age: 20 },
      { name: 'Al', city: 'Oslo', age: null },
    ])
  const after = async (change: (processor: compat.DataProcessor) => compat.DataProcessor) => {
    const storage = people()
    await change(new DataProcessor(storage)).run()
    expect(storage.operatorStep).toBe(1)
    return storage.rows()
  }

  test('each change, alone and in a row', async () => {
    expect((await after((p) => p.filter(({ age }) => Number(age) > 25))).map(({ name }) => name)).toEqual(['Bo'])
    expect((await after((p) => p.selectColumns(['age', 'name'])))[0]).toEqual({ age: 30, name: 'Bo' })
    expect((await after((p) => p.renameColumns({ name: 'who' })))[1]).toEqual({ who: '伟', city: '上海', age: 20 })
    expect((await after((p) => p.applyFunction('name', String, 'copy')))[0]).toMatchObject({ name: 'Bo', copy: 'Bo' })
    expect((await after((p) => p.process((row) => ({ ...row, x: 1 })))).every(({ x }) => x === 1)).toBe(true)
    expect((await after((p) => p.sortValues('age'))).map(({ age }) => age)).toEqual([20, 30, null])
    expect((await after((p) => p.sortValues('age', { descending: true }))).map(({ age }) => age)).toEqual([
      30,
      20,
      null,
    ])
    expect(await after((p) => p.groupBy(['city'], { age: 'mean', name: 'count' }))).toEqual([
      { city: 'Oslo', age: 30, name: 2 },
      { city: '上海', age: 20, name: 1 },
    ])
  })

  test('may write into another storage', async () => {
    const [from, to] = [people(), new MemoryStorage([])]
    await new DataProcessor(from).selectColumns(['name']).run(to)
    expect(await to.rows()).toEqual([{ name: 'Bo' }, { name: '伟' }, { name: 'Al' }])
    expect(from.operatorStep).toBe(0)
  })
})

describe('the names of the original', () => {
  test('are the classes of today', () => {
    expect([OperatorABC, PromptABC]).toEqual([Operator, Prompt])
    expect(new DIYPromptABC('To French: {{text}}', ['text'])).toBeInstanceOf(PromptTemplate)
    expect(() => new DIYPromptABC('To French', ['text'])).toThrow(/does not use text/)
  })

  test('promptRestrict names what an operator takes, and validatePrompts holds it to that', () => {
    class Plain extends PromptTemplate<'text'> {}
    const Restricted = promptRestrict(Plain)(class extends Double {})
    expect(new Restricted().validatePrompts([new Plain('{{text}}')])).toBe(true)
    expect(() => new Restricted().validatePrompts([new PromptTemplate('{{text}}')])).toThrow(/PromptTemplate/)
    expect(new Double().validatePrompts([new PromptTemplate('{{text}}')])).toBe(true)
  })
})
