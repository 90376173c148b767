import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { describeExecutor, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { expect, test } from 'vitest'
import plugin, { PoolExecutor } from '../src/index.js'

describePlugin(plugin)
describeExecutor(() => new PoolExecutor(3))

const partitions = Array.from({ length: 10 }, (_, index) => ({ stage: 0, index }))
const never = new AbortController().signal

test('runs no more partitions at once than its size', async () => {
  let now = 0
  let most = 0
  await new PoolExecutor(3).execute(
    partitions,
    async () => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
    },
    never,
  )
  expect(most).toBe(3)
})

test('runs a pipeline', async () => {
  const project = maestro({ plugins: [plugin], executor: { use: 'acme.pool', size: 2 } })
  const doubled = pipeline('doubled')
    .from([{ n: 1 }, { n: 2 }])
    .map(({ n }) => ({ n: n * 2 }))
  expect(await Array.fromAsync(project.rows(doubled))).toEqual([{ n: 2 }, { n: 4 }])
  await project.dispose()
})
