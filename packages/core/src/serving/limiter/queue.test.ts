import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Place, Queue } from './queue.js'

test('it is a list from which anyone may leave', () => {
  const step = fc.oneof(fc.constant('join' as const), fc.constant('shift' as const), fc.nat({ max: 30 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const line = new Queue<number>()
      const expected: Place<number>[] = []
      for (const [turn, step] of steps.entries()) {
        if (step === 'join') expected.push(line.join(turn))
        else if (step === 'shift') expect(line.shift()).toBe(expected.shift()?.value)
        else {
          const [left] = expected.splice(step, 1)
          if (left !== undefined) line.leave(left)
        }
        expect([line.size, line.first]).toEqual([expected.length, expected[0]?.value])
      }
      expect(expected.map(() => line.shift())).toEqual(expected.map(({ value }) => value))
    }),
  )
})
