import { expect, test } from 'vitest'
import { waitAWhile } from './wait-a-while.js'

test('what never ends is waited for only a while', async () => {
  await expect(waitAWhile(new Promise(() => undefined), 20)).rejects.toThrow('did not end within 0.02 s')
})

test('what ends in time is waited for, and its failure is passed on', async () => {
  await expect(waitAWhile(Promise.resolve(), 1000)).resolves.toBeUndefined()
  await expect(waitAWhile(undefined, 1000)).resolves.toBeUndefined()
  await expect(waitAWhile(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no')
})
