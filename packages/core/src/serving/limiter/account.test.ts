import { describe, expect, test, vi } from 'vitest'
import { Account } from './account.js'

/** Sends calls and has them answered in turn. */
function healthy(account: Account, calls = 8): void {
  for (let turn = 0; turn < calls; turn++) account.answered(account.send(0))
}

describe('Account', () => {
  test('of which nothing is known rests at the first refusal, as long as it was asked', () => {
    const account = new Account()
    account.refused(account.send(0), 3000, 0)
    expect([account.wait(0), account.wait(2999), account.rests]).toEqual([3000, 1, 0])
    expect([account.wait(3000), account.rests]).toEqual([0, 1])
  })

  test('that answers is not stopped by a refusal now and then, but when it refuses most calls', () => {
    const account = new Account()
    healthy(account)
    for (let turn = 0; turn < 100; turn++) {
      const call = account.send(0)
      if (turn % 5 === 0) account.refused(call, 1000, 0)
    }
    expect(account.wait(0)).toBe(0)
    for (let turn = 0; turn < 6; turn++) account.refused(account.send(0), 1000, 0)
    expect(account.wait(0)).toBe(1000)
  })

  test('is judged by the order in which calls were sent, not by that of the answers', () => {
    const account = new Account()
    healthy(account)
    const wave = Array.from({ length: 64 }, () => account.send(0))
    // Refusals come before all answers.
    for (const call of wave.filter((call) => call % 16 === 0)) account.refused(call, 1000, 1)
    expect(account.wait(1)).toBe(0)
  })

  test('is not known any more after a silence', () => {
    const account = new Account()
    healthy(account)
    const later = 61_000
    account.refused(account.send(later), 1000, later)
    expect(account.wait(later)).toBe(1000)
  })

  test('is not held to be refusing after a rest for what was before it', () => {
    const account = new Account()
    healthy(account)
    for (let turn = 0; turn < 20; turn++) account.refused(account.send(0), 1000, 0)
    expect(account.wait(1000)).toBe(0)
    account.refused(account.send(1000), 1000, 1000)
    expect(account.wait(1000)).toBe(0)
  })

  test('goes on when a call that was sent after the refused one is answered, and all are told', () => {
    const account = new Account()
    const wake = vi.fn()
    account.onWake(wake)
    const [before, unlucky, after] = [account.send(0), account.send(0), account.send(0)]
    account.refused(unlucky, 30_000, 0)
    account.answered(before)
    expect([account.wait(10), wake.mock.calls.length]).toEqual([29_990, 0])
    account.answered(after)
    expect([account.wait(20), wake.mock.calls.length, account.rests]).toEqual([0, 1, 0])
  })

  test('does not rest for a refusal that is older than its last answer', () => {
    const account = new Account()
    const [unlucky, after] = [account.send(0), account.send(0)]
    account.answered(after)
    account.refused(unlucky, 30_000, 1)
    expect(account.wait(1)).toBe(0)
  })

  test('rests for the longest that it is asked for', () => {
    const account = new Account()
    const calls = [account.send(0), account.send(0), account.send(0)]
    for (const [index, call] of calls.entries()) account.refused(call, [2000, 9000, 1000][index], 0)
    expect(account.wait(0)).toBe(9000)
  })

  test('that does not say how long rests longer each time, within bounds, until it answers', () => {
    const account = new Account()
    let now = 0
    const rest = () => {
      for (let turn = 0; turn < 8; turn++) account.refused(account.send(now), undefined, now)
      const wait = account.wait(now)
      now += wait
      account.wait(now)
      return wait
    }
    for (let turn = 0; turn < 10; turn++) {
      const most = Math.min(30_000, 500 * 2 ** turn)
      const wait = rest()
      expect(wait).toBeGreaterThanOrEqual(most / 2)
      expect(wait).toBeLessThanOrEqual(most)
    }
    account.answered(account.send(now))
    expect(rest()).toBeLessThanOrEqual(500)
  })
})
