import { pipeline, type Row } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import ai from '../plugin.js'
import { Grouper } from './group.js'
import { MeaningJoiner, type MeaningJoinerOptions } from './join.js'
import { Reducer, type ReducerOptions } from './reduce.js'
import { Sorter, type SorterOptions } from './sort.js'

const numbersIn = (text: string) => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))
const texts = (...numbers: readonly number[]): Row[] => numbers.map((n) => ({ n, text: `number ${n}` }))

describe('sort', () => {
  async function sorted(rows: readonly Row[], options: Partial<SorterOptions> = {}) {
    const serving = options.serving ?? comparing()
    const storage = new MemoryStorage(rows)
    const result = await new Sorter({ input: 'text', criterion: 'Which is larger?', serving, ...options }).run(storage)
    return { ...result, rows: await storage.rows() }
  }
  /** A model that knows numbers. */
  const comparing = () =>
    scriptedServing((request) => {
      const [a = 0, b] = numbersIn(questionOf(request))
      if (b === undefined) return `{"score":${Math.min(10, a)}}`
      return `{"better":"${a > b ? 'a' : a < b ? 'b' : 'tie'}"}`
    })

  test('rows are sorted by a score, and equal ones keep their order', async () => {
    const { rows } = await sorted([...texts(3, 9, 1, 9), { n: 'empty', text: '' }])
    expect(rows.map(({ n, rank }) => [n, rank])).toEqual([
      [9, 1],
      [9, 2],
      [3, 3],
      [1, 4],
    ])
  })

  test('pairwise, in about n log n calls; only the best in fewer', async () => {
    const many = Array.from({ length: 32 }, (_, n) => (n * 7) % 32)
    const [all, best] = [comparing(), comparing()]
    const { rows } = await sorted(texts(...many), { method: 'pairwise', serving: all })
    expect(rows.map(({ n }) => n)).toEqual([...many].sort((a, b) => b - a))
    expect(all.requests.length).toBeLessThanOrEqual(32 * 5)
    const { rows: top } = await sorted(texts(...many), { method: 'pairwise', count: 2, serving: best })
    expect(top.map(({ n, rank }) => [n, rank])).toEqual([
      [31, 1],
      [30, 2],
    ])
    expect(best.requests.length).toBeLessThan(all.requests.length * 0.6)
  })

  test('answers that contradict each other end too, and with both orders are ties', async () => {
    const always = (better: string) => scriptedServing(() => `{"better":"${better}"}`)
    expect((await sorted(texts(1, 2, 3, 4, 5), { method: 'pairwise', serving: always('b') })).rows).toHaveLength(5)
    const { rows } = await sorted(texts(1, 2, 3), { method: 'pairwise', bothOrders: true, serving: always('b') })
    expect(rows.map(({ n }) => n)).toEqual([1, 2, 3])
  })

  test('a row without a score is rejected alone', async () => {
    const serving = scriptedServing((request) =>
      JSON.stringify(request.messages).includes('number 7') ? 'none' : '{"score":5}',
    )
    const { rows, rejected } = await sorted(texts(1, 7, 2), { serving })
    expect([rows.length, rejected.length, rejected[0]?.row]).toEqual([2, 1, texts(7)[0]])
  })

  test.each(['score', 'pairwise'] as const)('no rows, one row, by %s', async (method) => {
    expect((await sorted([], { method })).rows).toEqual([])
    expect((await sorted(texts(4), { method })).rows).toMatchObject([{ n: 4, rank: 1 }])
  })
})

describe('group', () => {
  const rows = ['red fox', 'red fox runs', 'blue sea', 'the blue sea', 'tea'].map((text) => ({ text }))
  const named = () => scriptedServing((request) => `{"name":"${/fox|sea|tea/.exec(questionOf(request))?.[0]}"}`)

  test('groups are found and named, and groups of one name become one', async () => {
    const run = async (serving = named()) => {
      const storage = new MemoryStorage(rows)
      await new Grouper({ input: 'text', embedder: scriptedEmbeddings(), serving, threshold: 0.5 }).run(storage)
      return (await storage.rows()).map((row) => row.group)
    }
    expect(await run()).toEqual(['fox', 'fox', 'sea', 'sea', 'tea'])
    const same = scriptedServing((_) => '{"name":"Things"}')
    expect(new Set(await run(same))).toEqual(new Set(['Things']))
  })
})

describe('reduce', () => {
  async function reduced(rows: readonly Row[], options: Partial<ReducerOptions> = {}) {
    const serving = options.serving ?? summing()
    const storage = new MemoryStorage(rows)
    const result = await new Reducer({ input: 'text', instructions: 'Add up.', serving, ...options }).run(storage)
    return { ...result, rows: await storage.rows(), serving }
  }
  /** A model that adds up all numbers it sees. */
  const summing = () => scriptedServing((request) => `sum ${numbersIn(questionOf(request)).reduce((a, b) => a + b, 0)}`)

  test('all rows become one', async () => {
    expect((await reduced(texts(1, 2, 3))).rows).toEqual([{ reduced: 'sum 6', count: 3 }])
  })

  test('each group becomes one, in the order of their first rows', async () => {
    const rows = texts(1, 2, 3, 4).map((row) => ({ ...row, odd: Number(row.n) % 2 === 1 }))
    expect((await reduced(rows, { by: ['odd'] })).rows).toEqual([
      { odd: true, reduced: 'sum 4', count: 2 },
      { odd: false, reduced: 'sum 6', count: 2 },
    ])
  })

  test('rows that do not fit into one call are sent in parts, each with all that came before, in order', async () => {
    const { rows, serving } = await reduced(texts(...Array.from({ length: 30 }, (_, n) => n)), { chunkTokens: 10 })
    expect(rows).toEqual([{ reduced: `sum ${(29 * 30) / 2}`, count: 30 }])
    expect((serving as ReturnType<typeof scriptedServing>).requests.length).toBeGreaterThan(5)
  })

  test('texts that are larger than a call come to an end', async () => {
    expect((await reduced(texts(1, 2, 3), { chunkTokens: 1 })).rows).toEqual([{ reduced: 'sum 6', count: 3 }])
  })

  test('data of a schema', async () => {
    const serving = scriptedServing(['{"total":6}'])
    const schema = z.object({ total: z.number() })
    expect((await reduced(texts(1, 2, 3), { serving, schema })).rows).toEqual([{ total: 6, count: 3 }])
  })

  test('a group that cannot be folded is rejected, row by row; the others stay', async () => {
    const serving = scriptedServing((request) => (questionOf(request).includes('9') ? '' : 'fine'))
    const rows = texts(1, 9, 99).map((row) => ({ ...row, big: Number(row.n) > 5 }))
    const { rows: out, rejected } = await reduced(rows, { serving, by: ['big'] })
    expect(out).toEqual([{ big: false, reduced: 'fine', count: 1 }])
    expect(rejected.map(({ row }) => (row as Row).n)).toEqual([9, 99])
  })
})

describe('join', () => {
  const right = [
    { sku: 1, name: 'red fox toy' },
    { sku: 2, name: 'blue sea poster' },
    { sku: 3, name: 'green tea' },
  ]
  const left = ['a red fox toy', 'poster of the blue sea', 'nothing like it'].map((wish) => ({ wish }))
  async function joined(options: Partial<MeaningJoinerOptions> = {}) {
    const storage = new MemoryStorage(left)
    const all = { input: 'wish', right, on: 'name', embedder: scriptedEmbeddings(), threshold: 0.5, ...options }
    const result = await new MeaningJoiner(all).run(storage)
    return { ...result, rows: await storage.rows() }
  }

  test('by nearness: the best match, with its columns; rows without one go, or stay with nulls', async () => {
    const { rows } = await joined()
    expect(rows).toEqual([
      { wish: 'a red fox toy', right_sku: 1, right_name: 'red fox toy', match_score: expect.any(Number) },
      { wish: 'poster of the blue sea', right_sku: 2, right_name: 'blue sea poster', match_score: expect.any(Number) },
    ])
    expect((await joined({ how: 'left', columnPrefix: '' })).rows.at(-1)).toEqual({
      wish: 'nothing like it',
      sku: null,
      name: null,
      match_score: null,
    })
  })

  test('by a model, which is asked about the nearest only; all matches', async () => {
    const serving = scriptedServing(
      (request) => `{"match":${/fox|tea/.test(questionOf(request).split('<right>')[1] ?? '')}}`,
    )
    const options = {
      serving,
      criterion: 'The same thing is meant.',
      threshold: -1,
      candidates: 2,
      matches: 'all',
    } as const
    const { rows } = await joined(options)
    expect(serving.requests).toHaveLength(6)
    expect(rows.every((row) => row.right_sku !== 2)).toBe(true)
    expect(rows[0]).toMatchObject({ wish: 'a red fox toy', right_sku: 1 })
  })

  test('a row that gets no verdict is rejected alone', async () => {
    const serving = scriptedServing((request) =>
      JSON.stringify(request.messages).includes('poster of') ? 'perhaps' : '{"match":true}',
    )
    const { rows, rejected } = await joined({ serving, criterion: 'same', candidates: 1 })
    expect(rejected.map(({ row }) => row)).toEqual([{ wish: 'poster of the blue sea' }])
    expect(rows).toHaveLength(1)
  })

  test('a right side without rows or texts is an error, alone and in the plan', async () => {
    await expect(joined({ right: [] })).rejects.toThrow('at least one row')
    await expect(joined({ right: [{ name: '' }] })).rejects.toThrow('row 1 of `right` holds no text')
    const asked = pipeline('p')
      .from(left)
      .step('ai.join', { input: 'wish', right: [{ name: 7 }], on: 'name' })
    await expect(maestro({ plugins: [ai] }).preview(asked)).rejects.toThrow('holds no text')
  })
})

test('in a pipeline: columns are known by the options', async () => {
  const project = maestro({
    plugins: [ai],
    servings: {
      default: scriptedServing((request) => (questionOf(request).includes('<texts>') ? 'all of them' : '{"score":3}')),
      embedder: scriptedEmbeddings(),
    },
  })
  const steps = pipeline('p')
    .from([
      { wish: 'tea', shop: 1 },
      { wish: 'green tea', shop: 1 },
    ])
    .step('ai.join', { input: 'wish', right: [{ sku: 3, name: 'green tea' }], on: 'name', threshold: 0.3 })
    .step('ai.sort', { input: 'wish', criterion: 'How clear is it?' })
    .map((row) => ({ ...row, place: row.rank, sku: row.right_sku ?? 0 }))
    .step('ai.reduce', { input: 'wish', by: ['shop', 'sku'], instructions: 'Sum up.' })
  expect(await Array.fromAsync(project.rows(steps))).toEqual([{ shop: 1, sku: 3, reduced: 'all of them', count: 2 }])
})
