// A short form of `npm run fuzz`, with the same inputs every time.
import { expect, test } from 'vitest'
import { fuzz } from './fuzz/fuzz.ts'
import { targets } from './fuzz/targets.ts'

test('broken inputs of every format end no process and cost no good row', async () => {
  const reports = await Array.fromAsync(fuzz({ perTarget: 25, seed: 1 }))
  expect(reports.flatMap(({ faults }) => faults)).toEqual([])
  expect(reports.map(({ target, inputs }) => [target, inputs])).toEqual(Object.keys(targets).map((name) => [name, 25]))
})

test('a batch that fails is a fault', async () => {
  const [report] = await Array.fromAsync(fuzz({ perTarget: 1, seed: 1, only: ['no such reader'] }))
  expect(report?.faults).toMatchObject([{ what: expect.stringContaining('there is no target no such reader') }])
})
