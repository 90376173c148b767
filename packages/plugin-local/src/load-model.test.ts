import { expect, test } from 'vitest'
import { defaultThreads } from './load-model.js'

test.each([
  [1, 1],
  [2, 1],
  [8, 7],
])('on %i cores a model gets %i threads', (cores, threads) => {
  expect(defaultThreads(cores)).toBe(threads)
})
