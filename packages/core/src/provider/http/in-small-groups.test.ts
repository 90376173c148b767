import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { inSmallGroups } from './in-small-groups.js'

describe('inSmallGroups', () => {
  test('of what arrives together, some go on at once, and each turn of the event loop takes some more, in order', async () => {
    const taken: number[] = []
    const arrive = (from: number, to: number) => {
      for (let number = from; number < to; number++) inSmallGroups(() => taken.push(number))
    }
    arrive(0, 10)
    expect(taken).toHaveLength(4)
    await nextTurn()
    expect(taken).toHaveLength(8)
    arrive(10, 12)
    await nextTurn()
    expect(taken).toHaveLength(12)
    await nextTurn()
    arrive(12, 14)
    expect(taken).toHaveLength(14)
    expect(taken).toEqual(Array.from({ length: 14 }, (_, number) => number))
    await nextTurn()
  })

  test('when many wait, a turn takes a quarter of them', async () => {
    let taken = 0
    for (let number = 0; number < 84; number++) inSmallGroups(() => taken++)
    await nextTurn()
    expect(taken).toBe(4 + 20)
    await nextTurn()
    expect(taken).toBe(4 + 20 + 15)
    while (taken < 84) await nextTurn()
    await nextTurn()
  })
})
