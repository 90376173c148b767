import { expect, test } from 'vitest'
import { StepCounter } from './step-counter.js'

test('rows that other steps reject do not keep a step from being noticed whose other rows all fail', () => {
  const counter = new StepCounter(5)
  // Ten rows are in progress. The odd ones are rejected elsewhere, and the row ten places later enters in their place.
  for (let n = 0; n < 10; n++) counter.begin(`${n}`)
  let n = 0
  for (; n < 100 && !counter.firstRowsFailed; n++) {
    if (n % 2 === 1) counter.withdraw(`${n}`)
    else counter.fail(`${n}`)
    counter.begin(`${n + 10}`)
  }
  expect(n).toBe(9)
})

test('failures that are faster than the first rows do not count for them', () => {
  const counter = new StepCounter(2)
  for (const id of ['a', 'b', 'c', 'd']) counter.begin(id)
  counter.fail('c')
  counter.fail('d')
  expect(counter.firstRowsFailed).toBe(false)
  counter.withdraw('a')
  counter.withdraw('b')
  expect(counter.firstRowsFailed).toBe(true)
})
