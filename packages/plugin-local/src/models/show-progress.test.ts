import { afterEach, describe, expect, test, vi } from 'vitest'
import { showProgress } from './show-progress.js'

const event = (bytesDone: number, bytesTotal: number | undefined = 98_000_000) => ({
  model: 'tiny',
  source: 'PyPI tiny 1.0',
  bytesDone,
  bytesTotal,
})

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = []
  let time = 0
  const display = showProgress({ isTTY, columns, write: (text) => written.push(text) }, () => time)
  return {
    written,
    display,
    at(milliseconds: number, bytes: number, total?: number) {
      time = milliseconds
      display.onProgress(event(bytes, total))
    },
  }
}

const csi = '\u001b['

describe('showProgress', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test('on a terminal: one line, drawn over, ten times a second at most, cleared at the end', () => {
    vi.stubEnv('NO_COLOR', '')
    const { written, display, at } = screen(true)
    at(0, 0)
    at(50, 1_000_000)
    at(2000, 49_000_000)
    at(2001, 98_000_000)
    display.end()
    expect(written).toHaveLength(5)
    expect(written[0]).toBe(`\r${csi}Kfetching tiny from PyPI tiny 1.0\n`)
    const drawn = written.slice(1)
    expect(drawn.every((text) => text.startsWith('\r') && text.endsWith(`${csi}K`) && !text.includes('\n'))).toBe(true)
    expect(drawn[1]).toContain(`${csi}32m████████████${csi}39m░░░░░░░░░░░░  50%, 49.0 of 98.0 MB  24.5 MB/s`)
    expect(drawn[2]).toContain('100%')
    expect(drawn[3]).toBe(`\r${csi}K`)
  })

  test('NO_COLOR: the bar has no colour', () => {
    vi.stubEnv('NO_COLOR', '1')
    const { written, at } = screen(true)
    at(0, 98_000_000)
    expect(written[1]).toContain('█')
    expect(written[1]).not.toContain(`${csi}32m`)
  })

  test('a narrow terminal gets the numbers only, so that the line does not wrap', () => {
    const { written, at } = screen(true, 40)
    at(0, 49_000_000)
    expect(written[1]).toBe(`\r50%, 49.0 of 98.0 MB${csi}K`)
  })

  test('elsewhere: a plain line at the start and every ten seconds', () => {
    const { written, display, at } = screen(false)
    at(0, 0)
    at(9999, 10_000_000)
    at(10_000, 12_000_000)
    at(15_000, 98_000_000)
    display.end()
    expect(written).toEqual([
      'fetching tiny from PyPI tiny 1.0: 0%, 0.0 of 98.0 MB\n',
      'fetching tiny from PyPI tiny 1.0: 12%, 12.0 of 98.0 MB\n',
    ])
  })

  test('nothing was fetched: nothing is written', () => {
    const { written, display } = screen(true)
    display.end()
    expect(written).toEqual([])
  })
})
