import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { MaestroError, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import fs from './index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-fs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const project = () => maestro({ plugins: [fs], directory: folder, logLevel: 'silent' })
const copy = (from: string, to: string) =>
  project().run(pipeline('copy').read('fs.file', { path: from }).write('fs.file', { path: to }))

describe('fs.file', () => {
  test('CSV cells stay text: ids, NA, numbers, quotes, line ends, CJK', async () => {
    write('in.csv', '\ufeffid,value,note\r\n00123,NA,"a, ""b"""\r\n1e5,,"two\nlines"\r\n007,你好 🎉\r\n')
    const report = await copy('in.csv', 'out.jsonl')
    expect(
      read('out.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: '00123', value: 'NA', note: 'a, "b"' },
      { id: '1e5', value: '', note: 'two\nlines' },
      { id: '007', value: '你好 🎉' },
    ])
    expect(report.counts).toMatchObject({ rowsIn: 3, rowsOut: 3, rejected: 0 })
  })

  test('a broken JSON line is rejected with file and line, the rest goes on', async () => {
    write('in.jsonl', '{"a":1}\n{broken\n\n[1]\n{"a":2}')
    const report = await copy('in.jsonl', 'out.jsonl')
    expect(read('out.jsonl')).toBe('{"a":1}\n{"a":2}\n')
    expect(report.counts).toMatchObject({ rowsIn: 4, rowsOut: 2, rejected: 2 })
    const rejects = readFileSync(join(report.directory ?? '', 'rejects.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rejects.map(({ id, code }) => [id, code])).toEqual([
      ['in.jsonl:2', 'MAESTRO_STORAGE_ROW_INVALID'],
      ['in.jsonl:4', 'MAESTRO_STORAGE_ROW_INVALID'],
    ])
  })

  test('bytes that are not UTF-8 are rejected, not replaced', async () => {
    write('in.jsonl', Buffer.concat([Buffer.from('{"a":"é"}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]))
    const report = await copy('in.jsonl', 'out.jsonl')
    expect(read('out.jsonl')).toBe('{"a":"é"}\n')
    expect(report.counts.rejected).toBe(1)
  })

  test('packed files and globs', async () => {
    write('a.jsonl.gz', gzipSync('{"n":1}\n'))
    write('b.jsonl', '{"n":2}\n')
    await copy('*.jsonl*', 'all.jsonl.zst')
    await copy('all.jsonl.zst', 'all.csv')
    expect(read('all.csv')).toBe('n\n1\n2\n')
  })

  test('schema and key: rows that do not fit and second rows of a key are rejected', async () => {
    write('in.jsonl', '{"id":"a","n":1}\n{"id":"b","n":"x"}\n{"id":"a","n":2}\n')
    const schema = z.object({ id: z.string(), n: z.number() })
    const report = await project().run(
      pipeline('p').read('fs.file', { path: 'in.jsonl', schema, key: 'id' }).write('fs.file', { path: 'out.jsonl' }),
    )
    expect(read('out.jsonl')).toBe('{"id":"a","n":1}\n')
    expect(report.counts.rejected).toBe(2)
  })

  test('an existing output is refused and stays as it is; nothing is left beside it', async () => {
    write('in.jsonl', '{"a":1}\n')
    write('out.jsonl', 'precious')
    await expect(copy('in.jsonl', 'out.jsonl')).rejects.toThrow(/exists already/)
    expect(read('out.jsonl')).toBe('precious')
  })

  test('a run that fails leaves the output as it was', async () => {
    write('in.jsonl', '{"a":1}\n')
    write('out.jsonl', 'precious')
    const failing = pipeline('p')
      .read('fs.file', { path: 'in.jsonl' })
      .map(() => {
        throw new TypeError('no')
      })
      .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
    await expect(project().run(failing)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
    expect(read('out.jsonl')).toBe('precious')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a path outside the project and a file that is not there are faults of the plan, both at once', async () => {
    const outside = pipeline('p').read('fs.file', { path: 'missing.jsonl' }).write('fs.file', { path: '../out.jsonl' })
    const error = await project()
      .run(outside)
      .catch((caught) => caught)
    expect(MaestroError.is(error, 'MAESTRO_PIPELINE_INVALID')).toBe(true)
    expect((error.details.errors as { code: string }[]).map(({ code }) => code)).toEqual([
      'MAESTRO_STORAGE_NOT_FOUND',
      'MAESTRO_STORAGE_PATH_OUTSIDE',
    ])
    expect(existsSync(join(folder, '.maestro'))).toBe(false)
  })

  test('an empty input gives an empty output, and __proto__ is a column like any other', async () => {
    write('empty.jsonl', '')
    const report = await copy('empty.jsonl', 'empty-out.jsonl')
    expect(report.counts).toMatchObject({ rowsIn: 0, rowsOut: 0 })
    expect(read('empty-out.jsonl')).toBe('')
    write('proto.csv', '__proto__,b\n1,2\n')
    await copy('proto.csv', 'proto.jsonl')
    expect(read('proto.jsonl')).toBe('{"__proto__":"1","b":"2"}\n')
  })
})
