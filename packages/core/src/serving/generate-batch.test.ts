import { expect, test } from 'vitest'
import { inCompletionOrder, inInputOrder } from './generate-batch.js'

/** Answers the later the earlier it was asked; fails for multiples of `fails`. */
const answering = (fails = Number.POSITIVE_INFINITY) => {
  const open: (() => void)[] = []
  const ask = (n: number) =>
    new Promise<number>((resolve, reject) => {
      open.push(() => (n % fails === 0 ? reject(new TypeError(`no ${n}`)) : resolve(n * 10)))
      if (open.length === 5)
        setImmediate(() => {
          for (const settle of open.toReversed()) settle()
        })
    })
  return ask
}

test('in the order of the requests, whichever is answered first', async () => {
  expect(await Array.fromAsync(inInputOrder([1, 2, 3, 4, 5], answering()))).toEqual([10, 20, 30, 40, 50])
})

test('the first failure in the order of the requests ends the batch, and a later one is not an unhandled rejection', async () => {
  const seen: number[] = []
  const all = async () => {
    for await (const result of inInputOrder([1, 2, 3, 4, 5], answering(2))) seen.push(result)
  }
  await expect(all()).rejects.toThrow('no 2')
  expect(seen).toEqual([10])
})

test('as they come, each with its place, failures among them', async () => {
  const settled = await Array.fromAsync(inCompletionOrder([1, 2, 3, 4, 5], answering(4)))
  expect(settled).toEqual([
    { index: 4, result: 50 },
    { index: 3, error: new TypeError('no 4') },
    { index: 2, result: 30 },
    { index: 1, result: 20 },
    { index: 0, result: 10 },
  ])
})

test('requests are taken as they are needed, from any number of them', async () => {
  let asked = 0
  function* endless() {
    for (;;) yield asked++
  }
  const results = inInputOrder(endless(), async (n) => n)
  for (let n = 0; n < 3000; n++) expect((await results.next()).value).toBe(n)
  expect(asked).toBeLessThan(3000 + 2048)
  await results.return(undefined)
})
