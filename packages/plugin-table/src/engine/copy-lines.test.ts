import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableFile } from '@maestro-dataflow/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fate } from './choose-lines.js'
import { copyLines } from './copy-lines.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-lines-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string, format: TableFile['format'] = 'rows'): TableFile {
  writeFileSync(join(folder, name), text)
  return { path: join(folder, name), format, idPrefix: `${name}:` }
}

async function copied(files: readonly TableFile[], format: TableFile['format'], kept: readonly number[]) {
  const output = { path: join(folder, 'out'), format }
  const fates = Uint8Array.from(kept)
  const { signal } = new AbortController()
  const counts = await copyLines({ files, output, choice: { fates }, signal })
  return { ...counts, text: readFileSync(output.path, 'utf8'), fates: [...fates] }
}

describe('lines that a statement keeps', () => {
  test('keep every byte, whatever ends them', async () => {
    const text = '\uFEFF{"a":1}\r\n\n{"a" : 2}\n\r\n{"a":3}\r\n{"ä":"😀"}'
    const found = await copied([file('a', text)], 'rows', [1, 1, 1, 1, 0, 1])
    expect(found).toEqual({
      text: '{"a":1}\n{"a" : 2}\n{"ä":"😀"}\n',
      rows: 3,
      lines: 6,
      fates: [1, fate.absent, 1, fate.absent, 0, 1],
    })
  })

  test('are counted over several files, one of which is empty and one of which lacks its last newline', async () => {
    const files = [file('a', '{"a":1}\n{"a":2}'), file('b', ''), file('c', '{"a":3}\n{"a":4}\n')]
    expect(await copied(files, 'rows', [1, 0, 1, 1])).toMatchObject({
      text: '{"a":1}\n{"a":3}\n{"a":4}\n',
      rows: 3,
      lines: 4,
    })
    expect((await copied(files, 'step', [0, 1, 0, 1])).text).toBe(
      '{"id":"a:2","row":{"a":2}}\n{"id":"c:2","row":{"a":4}}\n',
    )
  })

  test('become bare rows again, also those whose text a step file cannot hold', async () => {
    const odd = '{"$date":"x"}'
    const lines = [
      '{"id":"a\\",\\"row\\":1","row":{"a":",\\"row\\":"}}',
      `{"text":${JSON.stringify(odd)},"id":"2","row":{}}`,
    ]
    expect((await copied([file('a', `${lines.join('\n')}\n`, 'step')], 'rows', [1, 1])).text).toBe(
      `{"a":",\\"row\\":"}\n${odd}\n`,
    )
  })

  test('may be longer than a chunk, and may end anywhere in one', async () => {
    const sizes = [1 << 20, (1 << 20) - 1, (1 << 20) + 1, 3, 5 << 20, (2 << 20) - 7, 10]
    const lines = sizes.map((size, index) => JSON.stringify({ t: String(index).repeat(size) }))
    const found = await copied([file('a', lines.join('\n'))], 'rows', [1, 0, 1, 1, 1, 0, 1])
    expect(found.text === [0, 2, 3, 4, 6].map((index) => `${lines[index]}\n`).join('')).toBe(true)
    expect(found).toMatchObject({ rows: 5, lines: 7 })
  })
})

test('copying stops when its signal fires', async () => {
  const files = [file('a', '{"a":1}\n')]
  const output = { path: join(folder, 'out'), format: 'rows' as const }
  const signal = AbortSignal.abort()
  await expect(copyLines({ files, output, choice: { fates: new Uint8Array(1) }, signal })).rejects.toThrow('abort')
})
