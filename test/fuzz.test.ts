// A short form of `npm run fuzz`, with the same inputs every time.
import { expect, test } from 'vitest'
import { fuzz } from './fuzz/fuzz.ts'
import { targets } from './fuzz/targets.ts'

test.each(Object.keys(targets))('%s: broken inputs end no process and cost no good row', async (target) => {
  for await (const { faults, inputs } of fuzz({ perTarget: 25, seed: 1, only: [target] })) {
    expect(faults).toEqual([])
    expect(inputs).toBe(25)
  }
})
