import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { TableChainRequest, TableCounts, TableEngine, TableRequest } from '../../contracts/table-engine.js'
import { definePlugin } from '../../define/define-plugin.js'
import { pipeline } from '../../define/pipeline.js'
import { linesPlugin } from '../__fixtures__/lines-storage.js'
import { expectSums, numbers, RunFolder } from '../__fixtures__/run-folder.js'
import {
  countBy,
  descending,
  enginePlugin,
  firstThree,
  SmallTableEngine,
  tableStep,
  unique,
} from '../__fixtures__/small-table-engine.js'

const folder = new RunFolder()
let engine: SmallTableEngine
beforeEach(() => {
  engine = new SmallTableEngine()
})
const project = (run = {}) => folder.project(run, [linesPlugin, enginePlugin(engine)])
const input = (...lines: string[]) =>
  writeFileSync(join(folder.path, 'in.jsonl'), lines.map((line) => `${line}\n`).join(''))
const output = () => readFileSync(join(folder.path, 'out.jsonl'), 'utf8')
const lines = { path: 'in.jsonl', asText: true } as const
const out = { path: 'out.jsonl', asText: true } as const
const formats = (request: TableRequest | undefined) => [
  request?.input.map(({ format }) => format),
  request?.output.format,
]

describe('where a table step reads and writes', () => {
  test('from the source’s own lines straight to the sink: every line as it was', async () => {
    input('{"n": 1,  "x":"00123"}', '{"n":3}', '{"n":2 }')
    const report = await project().run(
      pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out),
    )
    expect(output()).toBe('{"n":3}\n{"n":2 }\n{"n": 1,  "x":"00123"}\n')
    expect(formats(engine.requests[0])).toEqual([['rows'], 'rows'])
    expect(report).toMatchObject({ counts: { rowsIn: 3, rowsOut: 3 }, sinks: [{ rows: 3, location: 'out.jsonl' }] })
    expectSums(report)
    expect(existsSync(join(folder.path, 'out.jsonl.tmp'))).toBe(false)
  })

  test('a sink that only says that it takes text gets the rows all the same', async () => {
    input('{"n":1}', '{"n":2}')
    const report = await project().run(
      pipeline('p')
        .read('lines.file', lines)
        .step(descending, {})
        .write('lines.file', { ...out, lies: true }),
    )
    expect(output()).toBe('{"n":2}\n{"n":1}\n')
    expect(report).toMatchObject({ counts: { rowsOut: 2 }, sinks: [{ rows: 2 }] })
    expectSums(report)
  })

  test.each([
    ['a source that gives rows', { ...lines, asText: false }, out],
    ['a sink that takes rows', lines, { ...out, asText: false }],
  ])('%s goes through a step file', async (_what, from, to) => {
    input('{"n":1}', '{"n":2}')
    const report = await project().run(
      pipeline('p').read('lines.file', from).step(descending, {}).write('lines.file', to),
    )
    expect(output()).toBe('{"n":2}\n{"n":1}\n')
    expect(formats(engine.requests[0])).toEqual([[from.asText ? 'rows' : 'step'], 'step'])
    expect(report.counts).toMatchObject({ rowsIn: 2, rowsOut: 2 })
    expectSums(report)
  })

  test('two sinks, of which one takes text, both get the rows, with their ids', async () => {
    input('{"n":1}', '{"n":2}')
    await project().run(
      pipeline('p')
        .read('lines.file', lines)
        .step(descending, {})
        .write('lines.file', out)
        .write('memory.sink', { name: 'm' }),
    )
    expect(output()).toBe('{"n":2}\n{"n":1}\n')
    expect(folder.values('m')).toEqual([2, 1])
    expect(folder.idsOf('m')).toEqual(['in.jsonl:2', 'in.jsonl:1'])
  })

  test('groups never go straight to a sink', async () => {
    input('{"n":1}', '{"n":1}', '{"n":2}')
    const report = await project().run(
      pipeline('p').read('lines.file', lines).step(countBy, {}).write('lines.file', out),
    )
    expect(output()).toBe('{"n":1,"count":2}\n{"n":2,"count":1}\n')
    expect(formats(engine.requests[0])).toEqual([['rows'], 'step'])
    expect(report.counts).toMatchObject({ rowsIn: 3, merged: 3, created: 2, rowsOut: 2 })
    expectSums(report)
  })

  test('between row steps, twice in a row, with branches and an operator that sees a storage', async () => {
    const report = await project().run(
      pipeline('p')
        .from([...numbers(5), ...numbers(5)])
        .map(({ n }) => ({ n: n * 10 }))
        .step(unique, {})
        .step(descending, {})
        .branch((sorted) => sorted.step(firstThree, {}).write('memory.sink', { name: 'three' }))
        .filter(({ n }) => n !== 20)
        .write('memory.sink', { name: 'rest' }),
    )
    expect(folder.values('three')).toEqual([40, 30, 20])
    expect(folder.values('rest')).toEqual([40, 30, 10, 0])
    expect(folder.idsOf('rest')).toEqual(['rows:5', 'rows:4', 'rows:2', 'rows:1'])
    expect(report.steps.map(({ counts }) => [counts.rowsIn, counts.rowsOut, counts.merged + counts.dropped])).toEqual([
      [10, 10, 0],
      [10, 5, 5],
      [5, 5, 0],
      [5, 3, 2],
      [5, 4, 1],
    ])
    expectSums(report)
  })

  test('a branch of the source beside a table step reads the source once', async () => {
    input('{"n":1}', '{"n":2}', 'broken')
    const report = await project().run(
      pipeline('p')
        .read('lines.file', lines)
        .branch((rows) => rows.map((row) => row).write('memory.sink', { name: 'all' }))
        .step(descending, {})
        .write('memory.sink', { name: 'sorted' }),
    )
    expect(folder.values('all')).toEqual([1, 2])
    expect(folder.values('sorted')).toEqual([2, 1])
    expect(report.counts).toMatchObject({ rowsIn: 3, rejected: 1 })
    expectSums(report)
  })

  test('with a limit, and in a preview, the source is read by rows', async () => {
    input('{"n":1}', '{"n":2}', '{"n":3}')
    const steps = pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out)
    expect((await project().run(steps, { limit: 2 })).counts).toMatchObject({ rowsIn: 2, rowsOut: 2 })
    expect(output()).toBe('{"n":2}\n{"n":1}\n')
    const shown = await project().preview(steps, 2)
    expect(shown.steps.map(({ rows }) => rows.map(({ row }) => row.n))).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  test('a step with a name of any length keeps its input and its output apart', async () => {
    const long = tableStep(`d${'x'.repeat(80)}`, { kind: 'sort', by: [{ column: 'n', descending: true }] })
    await project().run(pipeline('p').from(numbers(3)).step(long, {}).write('memory.sink', { name: 'm' }))
    expect(folder.values('m')).toEqual([2, 1, 0])
    const { input: from, output: to } = engine.requests[0] as TableRequest
    expect(from[0]?.path).not.toBe(to.path)
  })

  test('values that JSON lacks pass through', async () => {
    const row = { n: 1, when: new Date(5), big: 10n ** 20n, vector: new Float32Array([1, 2]), none: null }
    await project().run(pipeline('p').from([row]).step(descending, {}).write('memory.sink', { name: 'm' }))
    expect(folder.rowsOf('m')).toEqual([row])
  })
})

describe('what a table step rejects', () => {
  test('lines that the engine cannot read are rejects of the step; the rest goes on', async () => {
    input('{"n":1}', 'broken', '{"n":2}')
    const report = await project().run(
      pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out),
    )
    expect(output()).toBe('{"n":2}\n{"n":1}\n')
    expect(folder.runLines('rejects.jsonl')).toMatchObject([
      {
        id: 'in.jsonl:2',
        step: report.steps[0]?.id,
        use: 'descending',
        code: 'MAESTRO_STORAGE_ROW_INVALID',
        row: 'broken',
      },
    ])
    expect(report.counts).toMatchObject({ rowsIn: 3, rejected: 1, rowsOut: 2 })
    expectSums(report)
  })

  test('many rejects at the beginning do not fail the run, and rejecting all rows does', async () => {
    const broken = Array.from({ length: 30 }, () => 'broken')
    const steps = pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out)
    input(...broken, '{"n":1}')
    expect((await project({ maxRejects: '100%' }).run(steps)).counts).toMatchObject({ rejected: 30, rowsOut: 1 })
    await expect(project().run(steps, { overwrite: true })).rejects.toMatchObject({
      code: 'MAESTRO_RUN_TOO_MANY_REJECTS',
    })
    input(...broken)
    await expect(project().run(steps, { overwrite: true })).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
  })

  test("onError 'fail' stops at the first, and no output appears", async () => {
    input('{"n":1}', 'broken')
    const steps = pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out)
    await expect(project({ onError: 'fail' }).run(steps)).rejects.toMatchObject({
      code: 'MAESTRO_STORAGE_ROW_INVALID',
      rowId: 'in.jsonl:2',
    })
    expect(existsSync(join(folder.path, 'out.jsonl'))).toBe(false)
    expect(existsSync(join(folder.path, 'out.jsonl.tmp'))).toBe(false)
  })

  test('an engine whose counts do not add up is an error', async () => {
    engine.execute = async () => ({ rowsIn: 5, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0 })
    const steps = pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out)
    input('{"n":1}')
    await expect(project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_RUN_COUNTS' })
  })

  test('an engine that throws because the run was stopped is a stopped run', async () => {
    const stop = new AbortController()
    engine.execute = async () => {
      stop.abort()
      throw new TypeError('interrupted')
    }
    input('{"n":1}')
    const steps = pipeline('p').read('lines.file', lines).step(descending, {}).write('lines.file', out)
    await expect(project().run(steps, { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_RUN_ABORTED',
      report: { status: 'aborted' },
    })
  })
})

test('what an engine reads for a later step of a chain does not take back the counts of the first', async () => {
  const chained: TableEngine = Object.assign(engine, {
    executeChain: async (request: TableChainRequest) => {
      const counts: TableCounts[] = []
      for (const [index, statement] of request.statements.entries()) {
        const reject: TableRequest['reject'] = (row) => request.reject(row, index)
        const one = { ...request, statements: [statement], reject, leftOut: undefined }
        request.read?.(2 * index + 1)
        const done = await engine.execute(one)
        counts.push(done)
        request.progress?.(done, index)
      }
      return counts
    },
  })
  const seen: [string, number, number][] = []
  const watch = definePlugin({
    name: 'watch',
    observe: (hooks) => hooks.batchDone(({ step, counts }) => void seen.push([step, counts.rowsIn, counts.rowsOut])),
  })
  input('{"n":1}', '{"n":2}', '{"n":3}')
  const steps = pipeline('p')
    .read('lines.file', lines)
    .step(descending, {}, { id: 'sorted' })
    .step(descending, {}, { id: 'again' })
    .write('lines.file', out)
  await folder.project({}, [linesPlugin, enginePlugin(chained), watch]).run(steps)
  expect(seen).toEqual([
    ['sorted', 1, 0],
    ['sorted', 3, 3],
    ['again', 3, 3],
  ])
})

test('without an engine it says which plugin brings one', async () => {
  const steps = pipeline('p').from(numbers(1)).step(descending, {}).write('memory.sink', { name: 'm' })
  await expect(folder.project().run(steps)).rejects.toMatchObject({
    code: 'MAESTRO_PIPELINE_INVALID',
    message: expect.stringMatching(/no table engine is configured.*plugin-table/s),
  })
})

test('the configured engine is the one that is used', async () => {
  const other = new SmallTableEngine()
  const named = Object.assign(other, { name: 'small.other' })
  const both = folder.project({}, [enginePlugin(engine), { ...enginePlugin(named), name: 'second' }], {
    tableEngine: 'small.other',
  })
  await both.run(pipeline('p').from(numbers(2)).step(descending, {}).write('memory.sink', { name: 'm' }))
  expect([engine.requests.length, other.requests.length]).toEqual([0, 1])
})
