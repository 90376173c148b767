import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableFile } from '@maestro-dataflow/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RowsUnfit } from './connect.js'
import { copySortedLines } from './copy-sorted-lines.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-sorted-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string, format: TableFile['format'] = 'rows'): TableFile {
  writeFileSync(join(folder, name), text)
  return { path: join(folder, name), format, idPrefix: `${name}:` }
}

interface Sorted {
  readonly format?: TableFile['format']
  readonly lines: number
  readonly block?: number
}

async function sorted(
  files: readonly TableFile[],
  positions: readonly number[],
  { format = 'rows', lines, block = 1 << 20 }: Sorted,
) {
  const output = { path: join(folder, 'out'), format }
  const { signal } = new AbortController()
  await copySortedLines({ files, output, positions: Uint32Array.from(positions), lines, signal, block })
  return readFileSync(output.path, 'utf8')
}

describe('lines in another order', () => {
  const odd = '\uFEFF{"a":1}\r\n\n{"a" : 2}\n\r\n{"a":3}\r\n{"ä":"😀"}'

  test.each([1, 12, 20, 1 << 20])('keep every byte in blocks of %i bytes, whatever ends them', async (block) => {
    const found = await sorted([file('a', odd)], [5, 2, 0, 4], { lines: 6, block })
    expect(found).toBe('{"ä":"😀"}\n{"a" : 2}\n{"a":1}\n{"a":3}\n')
  })

  test.each([1, 30, 1 << 20])('get the ids of their files in blocks of %i bytes', async (block) => {
    const files = [file('a', odd), file('b', ''), file('c', '{"c":1}\n{"c":2}')]
    const found = await sorted(files, [7, 5, 6, 0], { format: 'step', lines: 8, block })
    expect(found.split('\n')).toEqual([
      '{"id":"c:2","row":{"c":2}}',
      '{"id":"a:6","row":{"ä":"😀"}}',
      '{"id":"c:1","row":{"c":1}}',
      '{"id":"a:1","row":{"a":1}}',
      '',
    ])
  })

  test('lose what a step file adds to them', async () => {
    const text = '{"id":"1","row":{"a":1}}\n{"text":"{\\"a\\" : 2}","id":"2","row":{"a":2}}\n'
    expect(await sorted([file('a', text, 'step')], [1, 0], { lines: 2 })).toBe('{"a" : 2}\n{"a":1}\n')
  })

  test('are longer than what is read at once', async () => {
    const long = JSON.stringify({ text: 'é'.repeat(5_000_000) })
    const text = `{"a":1}\n${long}\n{"a":2}\n`
    expect(await sorted([file('a', text)], [2, 1, 0], { lines: 3 })).toBe(`{"a":2}\n${long}\n{"a":1}\n`)
  })

  test.each([5, 7])('are not copied if the database has counted %i of 6', async (lines) => {
    await expect(sorted([file('a', odd)], [0], { lines })).rejects.toThrow(RowsUnfit)
  })
})
