import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describePlugin } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'
import plugin, { PoolExecutor } from '../src/index.js'

describePlugin(plugin)

const partitions = Array.from({ length: 10 }, (_, index) => ({ stage: 0, index }))
const never = new AbortController().signal

test('runs each partition once, and no more at once than its size', async () => {
  const ran: number[] = []
  let now = 0
  let most = 0
  await new PoolExecutor(3).execute(
    partitions,
    async ({ index }) => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      ran.push(index)
      now--
    },
    never,
  )
  expect(ran.toSorted((a, b) => a - b)).toEqual(partitions.map(({ index }) => index))
  expect(most).toBe(3)
})

test('the first failure is its failure, after the partitions that were under way', async () => {
  const ended: number[] = []
  const run = async ({ index }: { index: number }) => {
    await Promise.resolve()
    ended.push(index)
    if (index === 1) throw new TypeError('no')
  }
  await expect(new PoolExecutor(2).execute(partitions, run, never)).rejects.toThrow('no')
  expect(ended.length).toBeLessThan(partitions.length)
})

test('starts nothing after its signal has fired', async () => {
  const run = async () => expect.unreachable()
  await expect(new PoolExecutor(2).execute(partitions, run, AbortSignal.abort())).rejects.toThrow('aborted')
})

test('runs a pipeline', async () => {
  const project = maestro({ plugins: [plugin], executor: { use: 'acme.pool', size: 2 } })
  const doubled = pipeline('doubled')
    .from([{ n: 1 }, { n: 2 }])
    .map(({ n }) => ({ n: n * 2 }))
  expect(await Array.fromAsync(project.rows(doubled))).toEqual([{ n: 2 }, { n: 4 }])
  await project.dispose()
})
