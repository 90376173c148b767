import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pipeline } from '../define/pipeline.js'
import { numbers, RunFolder } from './__fixtures__/run-folder.js'

const folder = new RunFolder()
const shown = (preview: Awaited<ReturnType<ReturnType<RunFolder['project']>['preview']>>) =>
  preview.steps.map(({ input, rows }) => [input, rows.map(({ id, row }) => `${id} ${JSON.stringify(row)}`)])

test('the rows after the source and after each step; a dropped row is in those before, a failed one in the rejects', async () => {
  const preview = await folder.project().preview(
    pipeline('p')
      .from(numbers(100))
      .filter(({ n }) => n !== 1, { id: 'odd' })
      .map(
        ({ n }) => {
          if (n === 2) throw new RangeError('two')
          return { n: n * 10 }
        },
        { id: 'tens' },
      )
      .flatMap(({ n }) => [{ n }, { n: n + 1 }], { id: 'twice' })
      .write('memory.sink', { name: 'out' }),
    4,
  )
  expect(shown(preview)).toEqual([
    [undefined, ['rows:1 {"n":0}', 'rows:2 {"n":1}', 'rows:3 {"n":2}', 'rows:4 {"n":3}']],
    ['source', ['rows:1 {"n":0}', 'rows:3 {"n":2}', 'rows:4 {"n":3}']],
    ['odd', ['rows:1 {"n":0}', 'rows:4 {"n":30}']],
    [
      'tens',
      ['rows:1/twice/0 {"n":0}', 'rows:1/twice/1 {"n":1}', 'rows:4/twice/0 {"n":30}', 'rows:4/twice/1 {"n":31}'],
    ],
  ])
  expect(preview.rejects).toMatchObject([{ id: 'rows:3', row: { n: 2 }, error: { code: 'MAESTRO_STEP_FAILED' } }])
  expect(preview.report).toMatchObject({
    counts: { rowsIn: 4, dropped: 1, rejected: 1 },
    sinks: [],
    directory: undefined,
  })
  expect(folder.sinks.size).toBe(0)
  expect(existsSync(join(folder.path, '.maestro'))).toBe(false)
})

test('rows stand in the order of those they came from, however late each was done', async () => {
  const first = Promise.withResolvers<void>()
  let done = 0
  const preview = await folder.project().preview(
    pipeline('p')
      .from(numbers(5))
      .map(async (row) => {
        if (row.n === 0) await first.promise
        else if (++done === 4) first.resolve()
        return row
      }),
    5,
  )
  expect(preview.steps[1]?.rows.map(({ row }) => row.n)).toEqual([0, 1, 2, 3, 4])
})

test('a change by a later step does not show in an earlier one', async () => {
  const preview = await folder.project().preview(
    pipeline('p')
      .from([{ n: 1, list: [1], call: () => 1 }])
      .map((row) => {
        row.n++
        row.list.push(2)
        return row
      })
      .map(({ n, list }) => ({ n, list }))
      .map((row) => {
        row.list.push(3)
        return row
      }),
    1,
  )
  expect(preview.steps.slice(2).map(({ rows }) => rows[0]?.row)).toEqual([
    { n: 2, list: [1, 2] },
    { n: 2, list: [1, 2, 3] },
  ])
  expect(preview.steps[0]?.rows[0]?.row.n).toBe(1)
})

test('branches, sinks in the middle and operators that see a storage are shown too', async () => {
  const preview = await folder.project().preview(
    pipeline('p')
      .from(numbers(3))
      .branch((rows) => rows.map(({ n }) => ({ n: -n }), { id: 'minus' }).write('memory.sink', { name: 'a' }))
      .write('memory.sink', { name: 'b' })
      .filter(({ n }) => n > 0, { id: 'some' }),
    3,
  )
  expect(Object.fromEntries(preview.steps.map(({ id, rows }) => [id, rows.map(({ row }) => row.n)]))).toEqual({
    source: [0, 1, 2],
    minus: [-0, -1, -2],
    some: [1, 2],
  })
  expect(folder.sinks.size).toBe(0)
})

test('a preview in which every row fails is shown, and other failures are errors', async () => {
  const failing = pipeline('p')
    .from(numbers(100))
    .map(() => {
      throw new RangeError('none')
    })
  const preview = await folder.project().preview(failing, 3)
  expect(preview.rejects).toHaveLength(3)
  expect(preview.report.status).toBe('failed')
  const broken = pipeline('p').from(function* () {
    yield { n: 1 }
    throw new TypeError('gone')
  })
  await expect(folder.project().preview(broken, 3)).rejects.toMatchObject({ code: 'MAESTRO_STORAGE_READ' })
})

test('no step reads more rows than are shown', async () => {
  let read = 0
  let calls = 0
  const endless = pipeline('p')
    .from(async function* () {
      for (;;) yield { n: read++ }
    })
    .map((row) => {
      calls++
      return row
    })
  await folder.project().preview(endless, 3)
  expect([read, calls]).toEqual([3, 3])
  const none = await folder.project().preview(endless, 0)
  expect(none.steps.map(({ rows }) => rows)).toEqual([[], []])
  expect(read).toBe(3)
})
