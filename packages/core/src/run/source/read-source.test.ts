import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../../__fixtures__/project-folder.js'
import type { InlineRows } from '../../contracts/storage.js'
import { pipeline } from '../../define/pipeline.js'
import { maestro } from '../../maestro.js'

interface N {
  readonly n: number
}

function* numbers(): Generator<N> {
  for (let n = 0; n < 3; n++) yield { n }
}
async function* numbersInTime(): AsyncGenerator<N> {
  for (const row of numbers()) {
    await new Promise((resolve) => setImmediate(resolve))
    yield row
  }
}
const project = () => maestro({ directory: new ProjectFolder().path, logLevel: 'silent' })
const doubled = (rows: InlineRows<N> | (() => InlineRows<N>)) =>
  pipeline('doubled')
    .from(rows)
    .map(({ n }) => ({ n: 2 * n }))
const expected = [{ n: 0 }, { n: 2 }, { n: 4 }]

describe('rows in code', () => {
  test.each<[string, () => InlineRows<N> | (() => InlineRows<N>)]>([
    ['an array', () => [...numbers()]],
    ['an iterable', () => new Set(numbers())],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: numbersInTime })],
    ['a function that gives an array', () => () => [...numbers()]],
    ['a generator function', () => numbers],
    ['an async generator function', () => numbersInTime],
  ])('%s is read anew by each run', async (_what, rows) => {
    const instance = project()
    const given = doubled(rows())
    expect((await instance.preview(given, 2)).steps.at(-1)?.rows.map(({ row }) => row)).toEqual(expected.slice(0, 2))
    for (let time = 0; time < 2; time++) expect(await Array.fromAsync(instance.rows(given))).toEqual(expected)
  })

  test.each<[string, () => InlineRows<N>]>([
    ['a generator', numbers],
    ['an async generator', numbersInTime],
    ['a stream', () => Readable.from(numbers())],
    ['a web stream', () => ReadableStream.from(numbers())],
  ])('%s is read once; a second run says so instead of finding nothing', async (_what, rows) => {
    const instance = project()
    expect(await Array.fromAsync(instance.rows(doubled(rows())))).toEqual(expected)
    const given = doubled(rows())
    await instance.preview(given, 1)
    expect(await errorOf(() => Array.fromAsync(instance.rows(given)))).toMatchObject({
      code: 'MAESTRO_RUN_ROWS_SPENT',
      hint: 'Give a function that creates them, as in .from(() => rows()), or an array.',
    })
  })
})
