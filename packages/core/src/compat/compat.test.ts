import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as compat from '../compat.js'
import { EnhancedLLMServing, type LLMServingABC, type MaestroStorage } from '../compat.js'
import { Operator } from '../contracts/operator.js'
import { Prompt } from '../contracts/prompt.js'
import type { Batch, Row } from '../contracts/row.js'
import type { RowStorage } from '../contracts/row-storage.js'
import type { LLMServing } from '../contracts/serving.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import type { TableEngine } from '../contracts/table-engine.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { column } from '../define/options/columns.js'
import { PromptTemplate } from '../define/prompt.js'
import { FilterOperator } from '../operator/filter.js'
import { FlatMapOperator } from '../operator/flat-map.js'
import { MapOperator } from '../operator/map.js'
import { MapBatchesOperator } from '../operator/map-batches.js'
import { TableOperator } from '../operator/table.js'
import { SmallTableEngine } from '../run/__fixtures__/small-table-engine.js'
import { MemoryStorage } from '../run/state/memory-storage.js'

const { AIPipeline, DataProcessor, DIYPromptABC, OperatorABC, Pipeline, PromptABC, promptRestrict } = compat

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

  test('a table operator brings its own engine, alone and in a pipeline', async () => {
    class Descending extends TableOperator {
      override readonly statements = [{ kind: 'sort', by: [{ column: 'n', descending: true }] }] as const
      readonly engines: SmallTableEngine[] = []
      override async createEngine(): Promise<TableEngine> {
        const engine = new SmallTableEngine()
        this.engines.push(engine)
        return engine
      }
    }
    const storage = numbers()
    expect(await new Descending().run(storage)).toMatchObject({ rows: 4, rowsIn: 4, rejected: [] })
    expect([storage.operatorStep, await values(storage)]).toEqual([1, [4, 3, 2, 1]])
    const [first] = await Array.fromAsync(storage.read())
    expect(first?.ids).toEqual(['rows:4', 'rows:3', 'rows:2', 'rows:1'])

    const other = numbers()
    const operator = new Descending()
    await new Pipeline(other).addOperator(new Even()).addOperator(operator).run()
    expect([other.operatorStep, await values(other)]).toEqual([1, [4, 2]])
    expect(operator.engines.flatMap(({ requests }) => requests)).toHaveLength(1)
  })

  test('a table operator whose engine fails leaves the storage as it was', async () => {
    class Broken extends TableOperator {
      override readonly statements = [{ kind: 'limit', count: 1 }] as const
      override async createEngine(): Promise<TableEngine> {
        return Object.assign(new SmallTableEngine(), {
          execute: () => Promise.reject(new TypeError('the engine broke')),
        })
      }
    }
    const storage = numbers()
    await expect(new Broken().run(storage)).rejects.toThrow('the engine broke')
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
  test('steps are numbered, a view keeps its step, and values are stored as values', async () => {
    const row = { n: 1, list: [1] }
    const storage = new MemoryStorage([row], { key: 'n' })
    row.list.push(2)
    const view = storage.step()
    await storage.write([{ ids: ['x'], rows: [{ n: 2 }] }])
    expect(await Array.fromAsync(view.read())).toEqual([{ ids: ['1'], rows: [{ n: 1, list: [1] }] }])
    expect(await storage.rows()).toEqual([{ n: 2 }])
    expect([view.operatorStep, storage.operatorStep]).toEqual([0, 1])
  })

  test.each<[string, readonly unknown[], string]>([
    ['a key given twice', [{ k: 'a' }, { k: 'a' }], 'MAESTRO_RUN_DUPLICATE_ID'],
    ['a row without its key', [{ k: 'a' }, {}], 'MAESTRO_STORAGE_ROW_INVALID'],
    ['what is no row', [7], 'MAESTRO_STORAGE_ROW_INVALID'],
  ])('%s is an error', (_what, rows, code) => {
    expect(() => new MemoryStorage(rows as Row[], { key: 'k' })).toThrow(expect.objectContaining({ code }))
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

describe('a storage that does not take its rows', () => {
  class Full extends MemoryStorage {
    override step(): RowStorage {
      const view = super.step()
      return {
        operatorStep: view.operatorStep,
        step: () => view,
        read: () => view.read(),
        async write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<never> {
          for await (const _ of batches) throw new TypeError('the storage is full')
          throw new TypeError('no rows came')
        },
      }
    }
  }
  const counted = (calls: { n: number }) =>
    new (class extends MapOperator {
      override async map(row: Row): Promise<Row> {
        calls.n++
        await new Promise((resolve) => setImmediate(resolve))
        return row
      }
    })()
  const many = () => new Full(Array.from({ length: 20_000 }, (_, n) => ({ n })))

  test.each<[string, (storage: MemoryStorage, operator: MapOperator) => Promise<unknown>]>([
    ['an operator alone', (storage, operator) => operator.run(storage)],
    ['a pipeline', (storage, operator) => new Pipeline(storage).addOperator(operator).run()],
  ])('%s stops with its error and works on no further rows', async (_what, run) => {
    const calls = { n: 0 }
    const storage = many()
    await expect(run(storage, counted(calls))).rejects.toThrow('the storage is full')
    const before = calls.n
    expect(before).toBeLessThan(20_000)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(calls.n).toBe(before)
    expect(storage.operatorStep).toBe(0)
  })
})

describe('AIPipeline', () => {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'echo',
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate({ messages }) {
      const text = String(messages[0]?.content)
      asked.push(text)
      return { text: text.toUpperCase(), finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 2 }, model: 'e' }
    },
  }
  const answer = defineOperator({
    name: 'answer',
    kind: 'map',
    options: { input: column(), output: z.string() },
    adds: { '{output}': 'string' },
    inject: [SERVINGS],
    servings: () => [{ kind: 'llm', name: 'default' }],
    create({ input, output }, [servings]) {
      return async (row, context) => {
        const model = servings.get('default', 'llm')
        const { text } = await model.generate({ messages: [{ role: 'user', content: String(row[input]) }] }, context)
        return { ...row, [output]: text }
      }
    },
  })

  test('gives its operators the models that they name, and reports the usage', async () => {
    const storage = new MemoryStorage([{ text: 'a' }, { text: 'b' }])
    const result = await new AIPipeline(storage, { servings: { default: serving } })
      .addStep(answer, { input: 'text', output: 'loud' })
      .addOperator(new FlatTwice())
      .run()
    expect(await storage.rows()).toEqual(['a', 'a', 'b', 'b'].map((text) => ({ text, loud: text.toUpperCase() })))
    expect(asked).toEqual(['a', 'b'])
    expect(result.operators).toMatchObject([
      { name: 'answer-1', usage: { requests: 2, inputTokens: 6, outputTokens: 4 } },
      { name: 'FlatTwice-2', counts: { rowsOut: 4 } },
    ])
    expect(result.operators[1]).not.toHaveProperty('usage')
  })

  class FlatTwice extends Twice {}

  test('takes operators of plugins by name', async () => {
    const plugin = definePlugin({
      name: 'words',
      manifest: { apiVersion: 1, contributes: { operators: { answer: 'Answers' } } },
      operators: [answer],
    })
    const storage = new MemoryStorage([{ text: 'c' }])
    await new AIPipeline(storage, { plugins: [plugin], servings: { default: serving } })
      .addStep('answer', { input: 'text', output: 'loud' }, 'mine')
      .run()
    expect(await storage.rows()).toEqual([{ text: 'c', loud: 'C' }])
  })

  test('without the model, the error says what to add before a row is read', async () => {
    const storage = new MemoryStorage([{ text: 'a' }])
    const pipeline = new AIPipeline(storage, {}).addStep(answer, { input: 'text', output: 'loud' })
    await expect(pipeline.run()).rejects.toMatchObject({
      code: 'MAESTRO_PIPELINE_INVALID',
      message: expect.stringContaining('default'),
    })
    expect(storage.operatorStep).toBe(0)
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

  test('a function that throws leaves the storage as it was', async () => {
    const storage = people()
    const broken = new DataProcessor(storage).process(() => {
      throw new RangeError('no')
    })
    await expect(broken.run()).rejects.toThrow('no')
    expect(storage.operatorStep).toBe(0)
  })

  test('each way to fold a group, with values missing, and groups of big integers', async () => {
    const storage = new MemoryStorage([
      { k: 10n, v: 1 },
      { k: 10n, v: 3 },
      { k: 10n, v: null },
      { k: 2n, v: null },
    ])
    const folded = async (name: compat.GroupFunction) => {
      const into = new MemoryStorage([])
      await new DataProcessor(storage).groupBy(['k'], { v: name }).run(into)
      return (await into.rows()).map(({ k, v }) => [k, v])
    }
    expect(await folded('sum')).toEqual([
      [10n, 4],
      [2n, 0],
    ])
    expect(await folded('mean')).toEqual([
      [10n, 2],
      [2n, null],
    ])
    expect((await folded('count'))[0]).toEqual([10n, 2])
    expect((await folded('min'))[0]).toEqual([10n, 1])
    expect((await folded('max'))[0]).toEqual([10n, 3])
    expect((await folded('first'))[0]).toEqual([10n, 1])
    expect((await folded('last'))[0]).toEqual([10n, null])
  })

  test('a changed processor is another one', async () => {
    const storage = people()
    const all = new DataProcessor(storage)
    all.filter(() => false)
    await all.run()
    expect(await storage.rows()).toHaveLength(3)
  })

  test('may write into another storage', async () => {
    const [from, to] = [people(), new MemoryStorage([])]
    await new DataProcessor(from).selectColumns(['name']).run(to)
    expect(await to.rows()).toEqual([{ name: 'Bo' }, { name: '伟' }, { name: 'Al' }])
    expect(from.operatorStep).toBe(0)
  })
})

describe('the names of the original', () => {
  test('an operator with run(storage) of its own, over prompts and a model, as there', async () => {
    class Generator extends OperatorABC {
      readonly #serving: EnhancedLLMServing
      constructor(serving: LLMServingABC) {
        super()
        this.#serving = new EnhancedLLMServing(serving)
      }
      override async run(storage: MaestroStorage) {
        const step = storage.step()
        const prompt = new DIYPromptABC('To French: {{text}}', ['text'])
        const out: Batch[] = []
        for await (const { ids, rows } of step.read()) {
          const texts = await this.#serving.batchGenerateWithPrompts(
            rows.map(() => prompt),
            rows.map(({ text }) => ({ text })),
          )
          out.push({ ids, rows: rows.map((row, index) => ({ ...row, french: texts[index] })) })
        }
        return { ...(await step.write(out)), rowsIn: 2, rejected: [] }
      }
    }
    const model = {
      kind: 'llm',
      name: 'm',
      capabilities: { jsonSchema: false, images: false, audio: false },
      async generate({ messages }) {
        const text = `<${String(messages[0]?.content)}>`
        return { text, finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' }
      },
    } satisfies LLMServingABC
    const alone = new MemoryStorage([{ text: 'yes' }, { text: 'no' }])
    await new Generator(model).run(alone)
    expect((await alone.rows()).map(({ french }) => french)).toEqual(['<To French: yes>', '<To French: no>'])
    const inPipeline = new MemoryStorage([{ text: 'yes' }])
    await new Pipeline(inPipeline).addOperator(new Generator(model)).run()
    expect(await inPipeline.rows()).toEqual([{ text: 'yes', french: '<To French: yes>' }])
    expect(inPipeline.operatorStep).toBe(1)
  })

  test('a prompt class of one’s own', async () => {
    class Polite extends PromptABC<'text'> {
      readonly variables = ['text'] as const
      readonly version = '1'
      format(variables: { readonly text: unknown }): string {
        this.assertInputs(variables)
        return `Please: ${variables.text}`
      }
    }
    expect(new Polite().format({ text: 'go' })).toBe('Please: go')
    expect([new Polite().validateInputs({ text: 'x' }), new Polite().validateInputs({})]).toEqual([true, false])
    expect(() => new Polite().format({} as { text: string })).toThrow(/text/)
  })

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
