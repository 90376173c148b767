import { describe, expect, test } from 'vitest'
import { type WaitingText, WaitingTexts } from './waiting-texts.js'

const settings = { normalize: true }
const texts = (call: number, ...lengths: number[]): WaitingText[] =>
  lengths.map((length, place) => ({ call, place, ids: Array.from({ length }, () => 1), settings }))
const shown = (batch: readonly WaitingText[]) => batch.map(({ call, ids }) => `${call}:${ids.length}`)

describe('WaitingTexts', () => {
  test('batches are of nearly one length, and hold no more tokens than they may, padding among them', () => {
    const waiting = new WaitingTexts(20)
    waiting.add(texts(0, 3, 9, 5, 10, 4, 5))
    expect(shown(waiting.takeBatch())).toEqual(['0:9', '0:10'])
    expect(shown(waiting.takeBatch())).toEqual(['0:3', '0:4', '0:5', '0:5'])
    expect(waiting.size).toBe(0)
    expect(waiting.takeBatch()).toEqual([])
  })

  test('a text that is longer than a batch is one by itself', () => {
    const waiting = new WaitingTexts(20)
    waiting.add(texts(0, 50, 2))
    expect(shown(waiting.takeBatch())).toEqual(['0:50'])
    expect(shown(waiting.takeBatch())).toEqual(['0:2'])
  })

  test('the call that came first does not wait for longer texts of others, which share its batches', () => {
    const waiting = new WaitingTexts(12)
    waiting.add(texts(7, 4))
    waiting.add(texts(8, 3, 4, 30))
    waiting.add(texts(9, 40))
    expect(shown(waiting.takeBatch())).toContain('7:4')
    expect(shown(waiting.takeBatch())).toContain('8:30')
    expect(waiting.size).toBeLessThan(4)
  })

  test('texts without tokens', () => {
    const waiting = new WaitingTexts(4)
    waiting.add(texts(0, 0, 0))
    expect(waiting.takeBatch()).toHaveLength(2)
  })

  test('dropped texts are not processed', () => {
    const waiting = new WaitingTexts(100)
    waiting.add([...texts(0, 1, 2), ...texts(1, 1)])
    waiting.drop(0)
    expect(shown(waiting.takeBatch())).toEqual(['1:1'])
  })
})
