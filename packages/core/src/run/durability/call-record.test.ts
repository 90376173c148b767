import { hash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../../__fixtures__/project-folder.js'
import type { Spent } from '../../serving/answers/run-answers.js'
import { noUsage } from '../report/usage-totals.js'
import { CallRecord } from './call-record.js'
import { encodeFrame, readFrames } from './frames.js'
import { KeyIndex } from './key-index.js'

const keyOf = (n: number) => hash('sha256', String(n))
const owned = () => undefined
const spent = (requests = 1): Spent => ({
  step: 'ask',
  serving: 'default',
  provider: 'p',
  usage: { ...noUsage(), requests, inputTokens: 10, cost: 0.5 },
})

async function recordOf(folder: string, count: number): Promise<void> {
  const record = await CallRecord.open(folder, 1, owned)
  await Promise.all(Array.from({ length: count }, (_, n) => record.set(keyOf(n), { n }, undefined)))
  await record.dispose()
}

describe('the record of calls', () => {
  test('it returns the answers that this process and earlier ones have stored', async () => {
    const folder = new ProjectFolder().file('calls')
    const first = await CallRecord.open(folder, 1, owned)
    expect(first.get(keyOf(1))).toBeUndefined()
    await first.set(keyOf(1), { n: 1 }, spent())
    expect(first.get(keyOf(1))).toEqual({ answer: { n: 1 }, spent: spent(), resumed: false })
    await first.dispose()
    const second = await CallRecord.open(folder, 2, owned)
    await second.set(keyOf(2), { n: 2 }, spent())
    // The first use of an answer of an earlier process stands for the call itself, later ones are reused answers.
    expect(second.get(keyOf(1))).toEqual({ answer: { n: 1 }, spent: spent(), resumed: true })
    expect(second.get(keyOf(1))).toEqual({ answer: { n: 1 }, spent: spent(), resumed: false })
    expect(second.get(keyOf(2))).toEqual({ answer: { n: 2 }, spent: spent(), resumed: false })
    await second.dispose()
    const third = await CallRecord.open(folder, 3, owned)
    expect([third.size, third.get(keyOf(2))]).toEqual([2, { answer: { n: 2 }, spent: spent(), resumed: true }])
    expect(third.spentBefore).toEqual([{ ...spent(2), usage: { ...spent(2).usage, inputTokens: 20, cost: 1 } }])
    await third.dispose()
  })

  test('replays turns after a resume only, and not when rejected rows are tried again', async () => {
    const folder = new ProjectFolder().file('calls')
    const first = await CallRecord.open(folder, 1, owned)
    await first.setTurn(keyOf(1), 0, { draft: 0 }, spent(0))
    await first.setTurn(keyOf(1), 1, { draft: 1 }, spent(0))
    expect(first.turn(keyOf(1), 0)).toBeUndefined()
    await first.dispose()
    const second = await CallRecord.open(folder, 2, owned)
    expect([0, 1, 2].map((turn) => second.turn(keyOf(1), turn))).toMatchObject([
      { answer: { draft: 0 } },
      { answer: { draft: 1 } },
      undefined,
    ])
    expect(second.get(keyOf(1))).toBeUndefined()
    await second.dispose()
    const again = await CallRecord.open(folder, 3, owned, { retryRejects: true })
    expect(again.turn(keyOf(1), 0)).toBeUndefined()
    await again.dispose()
  })

  test('an owner that has lost the run stores nothing', async () => {
    const folder = new ProjectFolder().file('calls')
    let isOwned = true
    const record = await CallRecord.open(folder, 1, () => {
      if (!isOwned) throw new Error('taken over')
    })
    await record.set(keyOf(1), { n: 1 }, undefined)
    isOwned = false
    expect((await errorOf(() => record.set(keyOf(2), { n: 2 }, undefined))).message).toBe('taken over')
    await record.dispose()
    expect([...readFrames(join(folder, '000001.calls'))]).toHaveLength(1)
  })

  test('a segment that is cut at any byte gives the answers before the cut', async () => {
    const project = new ProjectFolder()
    await recordOf(project.file('whole'), 3)
    const whole = readFileSync(project.file('whole/000001.calls'))
    const ends = [...readFrames(project.file('whole/000001.calls'))].map(
      ({ payload, offset }) => offset + 8 + payload.length,
    )
    mkdirSync(project.file('cut'))
    copyFileSync(project.file('whole/000001.calls'), project.file('cut/000001.calls'))
    for (let length = whole.length; length >= 0; length--) {
      truncateSync(project.file('cut/000001.calls'), length)
      const record = await CallRecord.open(project.file('cut'), 2, owned)
      const sound = ends.filter((end) => end <= length).length
      for (let n = 0; n < 3; n++)
        expect(record.get(keyOf(n))?.answer, `${length}`).toEqual(n < sound ? { n } : undefined)
      await record.dispose()
    }
  })

  test('a segment with any byte changed gives no wrong answer', async () => {
    const project = new ProjectFolder()
    await recordOf(project.file('calls'), 3)
    const path = project.file('calls/000001.calls')
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] as number) ^ 0x55
      writeFileSync(path, changed)
      const record = await CallRecord.open(project.file('calls'), 2, owned)
      for (let n = 0; n < 3; n++) expect([undefined, n]).toContain(record.get(keyOf(n))?.answer.n)
      expect(record.size).toBeLessThan(3)
      await record.dispose()
    }
  })

  test('zeros that a power failure leaves are not read as a frame', () => {
    const project = new ProjectFolder({ 'a.calls': '' })
    writeFileSync(project.file('a.calls'), Buffer.concat([encodeFrame(Buffer.from('one')), Buffer.alloc(100)]))
    expect([...readFrames(project.file('a.calls'))].map(({ payload }) => payload.toString())).toEqual(['one'])
  })

  test('the index finds many keys and their turns', () => {
    const index = new KeyIndex()
    for (let n = 0; n < 5000; n++) for (const turn of [0, 1, 2]) index.set(keyOf(n), turn, n * 3 + turn)
    for (let n = 0; n < 5000; n++) for (const turn of [0, 1, 2]) expect(index.get(keyOf(n), turn)).toBe(n * 3 + turn)
    expect([index.size, index.get(keyOf(5000), 0)]).toEqual([15_000, undefined])
  })
})
