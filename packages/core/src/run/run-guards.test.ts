import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { echo } from '../__fixtures__/small-plugin.js'
import { columnNames, rowFromEntries } from '../contracts/column-order.js'
import type { Row } from '../contracts/row.js'
import type { LLMRequest } from '../contracts/serving.js'
import { SERVINGS } from '../contracts/serving-definition.js'
import { defineOperator } from '../define/define-operator.js'
import { promptOption } from '../define/options/references.js'
import { type PipelineInput, pipeline } from '../define/pipeline.js'
import { PromptTemplate } from '../define/prompt.js'
import { expectSums, numbers, RunFolder } from './__fixtures__/run-folder.js'

const folder = new RunFolder()

describe('a rejected row is in the rejects as it came into the step', () => {
  interface Item {
    n: number
    tags: string[]
    vector?: Float32Array
  }
  const items = (): Item[] => Array.from({ length: 300 }, (_, n) => ({ n, tags: ['a'], vector: new Float32Array([n]) }))
  const spoil = (row: Item): never => {
    row.n = -1
    row.tags.push('spoilt')
    row.vector?.fill(7)
    delete row.vector
    throw new TypeError('no')
  }
  const isBad = ({ n }: Item) => n % 50 === 49
  const start = () => pipeline('p').from(items())

  test.each([
    ['map', () => start().map((row) => (isBad(row) ? spoil(row) : row))],
    ['map, later', () => start().map(async (row) => (await null, isBad(row) ? spoil(row) : row))],
    ['filter', () => start().filter((row) => (isBad(row) ? spoil(row) : true))],
    [
      'flatMap',
      () =>
        start().flatMap(function* (row) {
          yield row
          if (isBad(row)) spoil(row)
        }),
    ],
    [
      'mapBatches',
      () => start().mapBatches((rows) => rows.map((row) => (isBad(row) ? spoil(row) : row)), { size: 16 }),
    ],
    [
      'a second step',
      () =>
        start()
          .map((row) => row)
          .map((row) => (isBad(row) ? spoil(row) : row)),
    ],
  ])('%s', async (_kind, build) => {
    const report = await folder.project().run(build().write('memory.sink', { name: 'out' }))
    expectSums(report)
    const rejected = folder.runLines('rejects.jsonl').sort((a, b) => (a.row as Item).n - (b.row as Item).n)
    expect(rejected.map(({ row }) => row)).toMatchObject([49, 99, 149, 199, 249, 299].map((n) => ({ n, tags: ['a'] })))
    expect(Object.keys(rejected[0]?.row as object)).toEqual(['n', 'tags', 'vector'])
  })
})

test('a sink that changes its rows changes neither those of the sinks beside it nor those of later steps', async () => {
  const spoils = (row: Row) => {
    Object.assign(row, { n: -1 })
    ;(row.list as number[]).push(-1)
    return false
  }
  const rows = () => numbers(3).map(({ n }) => ({ n, list: [n] }))
  await folder.project().run(
    pipeline('p')
      .from(rows())
      .write('memory.sink', { name: 'before' })
      .write('memory.sink', { name: 'spoils', refuses: spoils })
      .write('memory.sink', { name: 'after' })
      .map((row) => row)
      .write('memory.sink', { name: 'end' }),
  )
  for (const name of ['before', 'after', 'end']) expect(folder.rowsOf(name)).toEqual(rows())
})

describe('a row that one step rejects is not paid for in the steps beside it', () => {
  const asked: string[] = []
  /** A step that asks a model, except for the rows that `rejects` selects. */
  const asking = (name: string, rejects: (n: number) => boolean = () => false, late = false) =>
    defineOperator({
      name,
      kind: 'map',
      options: z.object({}),
      adds: { [name]: 'string' },
      servings: () => [{ kind: 'llm', name: 'default' }],
      inject: [SERVINGS],
      create:
        (_options, [servings]) =>
        async (row, context) => {
          if (!late && rejects(Number(row.n))) throw new RangeError('nothing to ask')
          asked.push(name)
          const { text } = await servings
            .get('default', 'llm')
            .generate({ messages: [{ role: 'user', content: `${row.n}` }] }, context)
          if (late && rejects(Number(row.n))) throw new RangeError('a bad answer')
          return { ...row, [name]: text }
        },
    })
  const checking = defineOperator({
    name: 'check',
    kind: 'map',
    options: z.object({}),
    adds: { checked: 'boolean' },
    create: () => async (row) => {
      await setImmediate()
      if (Number(row.n) % 2 === 1) throw new RangeError('odd')
      return { ...row, checked: true }
    },
  })
  const odd = (n: number) => n % 2 === 1
  const run = async (
    count: number,
    steps: (rows: ReturnType<typeof start>) => { write: ReturnType<typeof start>['write'] },
  ) => {
    asked.length = 0
    const project = folder.project({ maxRejects: '100%' }, [], { servings: { default: echo() }, cache: false })
    const report = await project.run(steps(start(count)).write('memory.sink', { name: 'out' }))
    expectSums(report)
    expect(report.counts).toMatchObject({ rowsOut: count / 2, rejected: count / 2 })
    return { calls: (name: string) => asked.filter((one) => one === name).length, report }
  }
  const start = (count: number) => pipeline('p').from(numbers(count), { columns: { n: 'integer' } })

  test('when the first rejects it before it asks', async () => {
    const { calls } = await run(10, (rows) => rows.step(asking('first', odd), {}).step(asking('second'), {}))
    expect([calls('first'), calls('second')]).toEqual([5, 5])
  })

  test('when a later one rejects it without asking a model', async () => {
    const { calls, report } = await run(10, (rows) =>
      rows.step(asking('first'), {}).step(checking, {}).step(asking('last'), {}),
    )
    expect([calls('first'), calls('last')]).toEqual([5, 5])
    expect(report.rejects).toMatchObject([{ step: '2-check', rows: 5 }])
  })

  test('when one of them has rejected many rows by their answers', async () => {
    const { calls } = await run(4000, (rows) => rows.step(asking('first'), {}).step(asking('often', odd, true), {}))
    expect(calls('often')).toBe(4000)
    // The rows that were in progress before the first rejected rows have been paid for.
    expect(calls('first')).toBeLessThan(2000 + 1024)
  })
})

describe('concurrency bounds the calls of a step that are in progress at once', () => {
  /** Work that records how much of it ran at the same time. */
  function meter() {
    let active = 0
    const peak = { value: 0 }
    const work = async <Result>(result: Result): Promise<Result> => {
      active++
      peak.value = Math.max(peak.value, active)
      await setImmediate()
      active--
      return result
    }
    return { peak, work }
  }

  type Work = ReturnType<typeof meter>['work']
  const rows = () => pipeline('p').from(numbers(50))
  const to = { name: 'out' }
  test.each<[string, (work: Work) => PipelineInput]>([
    [
      'map',
      (work) =>
        rows()
          .map((row) => work(row), { concurrency: 3 })
          .write('memory.sink', to),
    ],
    [
      'filter',
      (work) =>
        rows()
          .filter(() => work(true), { concurrency: 3 })
          .write('memory.sink', to),
    ],
    [
      'flatMap',
      (work) =>
        rows()
          .flatMap((row) => work([row]), { concurrency: 3 })
          .write('memory.sink', to),
    ],
    [
      'flatMap with a generator',
      (work) =>
        rows()
          .flatMap(
            async function* (row) {
              yield await work(row)
            },
            { concurrency: 3 },
          )
          .write('memory.sink', to),
    ],
    [
      'flatMap with a generator that comes later',
      (work) =>
        rows()
          .flatMap(
            async (row) =>
              (async function* () {
                yield await work(row)
              })() as never,
            { concurrency: 3 },
          )
          .write('memory.sink', to),
    ],
    [
      'mapBatches',
      (work) =>
        rows()
          .mapBatches((batch) => work(batch), { concurrency: 3, size: 2 })
          .write('memory.sink', to),
    ],
  ])('%s', async (_kind, build) => {
    const { peak, work } = meter()
    await folder.project().run(build(work))
    expect(peak.value).toBe(3)
    expect(folder.values('out')).toEqual(numbers(50).map(({ n }) => n))
  })

  test('what a call returns is waited for once, because a query of a database would run again', async () => {
    let queries = 0
    const query = (row: object) => ({
      // biome-ignore lint/suspicious/noThenProperty: it stands for the query of a database.
      then(done: (row: object) => void) {
        queries++
        setTimeout(() => done(row), 0)
      },
    })
    const reading = rows().map((row) => query(row) as never, { concurrency: 3 })
    await folder.project().run(reading.write('memory.sink', to))
    expect(queries).toBe(50)
  })

  test('steps side by side, calls that fail, and calls that do not wait', async () => {
    const { peak, work } = meter()
    const step = (name: string) =>
      defineOperator({
        name,
        kind: 'map',
        options: z.object({}),
        adds: { [name]: 'integer' },
        create: () => (row) => {
          if (Number(row.n) % 4 === 0) throw new RangeError('at once')
          if (Number(row.n) % 4 === 1) return { ...row, [name]: 1 }
          return work({ ...row, [name]: 2 })
        },
      })
    const report = await folder.project({ maxRejects: '100%' }).run(
      pipeline('p')
        .from(numbers(40), { columns: { n: 'integer' } })
        .step(step('a'), {}, { concurrency: 1 })
        .step(step('b'), {}, { concurrency: 1 })
        .map((row) => work(row), { concurrency: 2 })
        .write('memory.sink', { name: 'out' }),
    )
    expect(peak.value).toBeLessThanOrEqual(4)
    expect(report.counts).toMatchObject({ rowsOut: 30, rejected: 10 })
    expectSums(report)
  })

  test('must be a whole number from 1', async () => {
    const steps = pipeline('p')
      .from(numbers(1))
      .map((row) => row, { concurrency: 0 })
      .write('memory.sink', { name: 'out' })
    await expect(folder.project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
  })
})

test('an operator gets rows whose lists and objects are equal to those that came in', async () => {
  const rows = [
    { groups: /(?<day>\d+)/.exec('on 12')?.groups },
    rowFromEntries([
      ['b', { deep: [1] }],
      ['2021', 1],
    ]),
  ]
  const same = defineOperator({
    name: 'same',
    kind: 'map',
    options: z.object({}),
    create: () => (row: Row) => ({ ...row }),
  })
  const steps = pipeline('p').from<Row>(rows).step(same, {})
  const found = await Array.fromAsync(folder.project().rows(steps))
  expect(found).toEqual(rows)
  expect(columnNames(found[1] ?? {})).toEqual(['b', '2021'])
})

test('the resources of an operator’s function are freed at the end of the run', async () => {
  const freed: string[] = []
  const step = (name: string) =>
    defineOperator({
      name,
      kind: 'map',
      options: z.object({}),
      create: () => Object.assign((row: Row) => row, { dispose: async () => void freed.push(name) }),
    })
  const steps = pipeline('p').from(numbers(2)).step(step('one'), {}).step(step('two'), {})
  await folder.project().run(steps.write('memory.sink', { name: 'out' }))
  expect(freed).toEqual(['one', 'two'])
})

test('the version of a prompt is part of the key of an answer, although the operator does not pass it on', async () => {
  let calls = 0
  const counting = { ...echo(), identity: {}, generate: (request: LLMRequest) => (calls++, echo().generate(request)) }
  const say = defineOperator({
    name: 'say',
    kind: 'map',
    options: { prompt: promptOption() },
    adds: { said: 'string' },
    servings: () => [{ kind: 'llm', name: 'default' }],
    inject: [SERVINGS],
    create:
      ({ prompt }, [servings]) =>
      async (row, context) => {
        const { text } = await servings.get('default', 'llm').generate({ messages: prompt.messages(row) }, context)
        return { ...row, said: text }
      },
  })
  const project = folder.project({}, [], { servings: { default: counting }, cache: { use: 'memory' } })
  const ask = async (version: string) => {
    const steps = pipeline('p')
      .from(numbers(2))
      .step(say, { prompt: new PromptTemplate('Say {{n}}', { version }) })
    await project.run(steps.write('memory.sink', { name: 'out' }))
    return calls
  }
  expect([await ask('1'), await ask('1'), await ask('2'), await ask('2')]).toEqual([2, 2, 4, 4])
})
