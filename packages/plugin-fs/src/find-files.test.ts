import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'
import { findFiles } from './find-files.js'

const { write, path, rows } = temporaryProject()
const find = async (given: string | string[], format?: 'text' | 'jsonl', allowOutside = false) =>
  (await findFiles({ path: given, format }, { directory: path(''), allowOutside })).map(({ name }) => name)

describe('folders', () => {
  beforeEach(() => {
    for (const name of [
      'b.jsonl',
      'a.md',
      'sub/deep/c.csv.gz',
      'picture.png',
      '.hidden.jsonl',
      'sub/d.txt',
      'LOUD.TXT',
    ])
      write(`data/${name}`, name.endsWith('.gz') ? gzipSync('n\n3\n') : '')
  })

  test.each(['data', 'data/', './data/'])('%s: all files with known endings, sorted, at any depth', async (folder) => {
    expect(await find(folder)).toEqual([
      'data/LOUD.TXT',
      'data/a.md',
      'data/b.jsonl',
      'data/sub/d.txt',
      'data/sub/deep/c.csv.gz',
    ])
  })

  test('only the files of a format', async () => {
    expect(await find('data', 'text')).toEqual(['data/LOUD.TXT', 'data/sub/d.txt'])
  })

  test('rows of several formats', async () => {
    write('data/b.jsonl', '{"n":1}\n')
    const { rows: found } = await rows({ path: ['data/b.jsonl', 'data/sub'] })
    expect(found).toEqual([{ n: 1 }, { path: 'data/sub/d.txt', text: '' }, { n: '3' }])
  })

  test('one without readable files is an error', async () => {
    mkdirSync(path('nothing'))
    write('pictures/a.png', '')
    for (const folder of ['nothing', 'pictures']) {
      expect(await failure(find(folder))).toMatchObject({ code: 'MAESTRO_FS_FOLDER_EMPTY', details: { path: folder } })
    }
  })
})

test('globs are sorted, lists keep their order, each file is read once', async () => {
  for (const name of ['b.jsonl', 'a.jsonl', 'c.jsonl']) write(name, '')
  expect(await find('*.jsonl')).toEqual(['a.jsonl', 'b.jsonl', 'c.jsonl'])
  expect(await find(['c.jsonl', '*.jsonl', 'a.jsonl'])).toEqual(['c.jsonl', 'a.jsonl', 'b.jsonl'])
})

test('a name that looks like a pattern is a file when it is there', async () => {
  write('[draft] a?.jsonl', '')
  expect(await find('[draft] a?.jsonl')).toEqual(['[draft] a?.jsonl'])
})

test('a file that does not exist is an error', async () => {
  for (const given of ['a.jsonl', '*.jsonl', 'folder/'])
    expect(await failure(find(given))).toMatchObject({ code: 'MAESTRO_STORAGE_NOT_FOUND', details: { path: given } })
})

describe('outside of the project', () => {
  let outside = ''
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'maestro-outside-'))
    writeFileSync(join(outside, 'secret.jsonl'), '{"a":1}\n')
  })
  afterEach(() => rmSync(outside, { recursive: true, force: true }))

  test('paths, globs, folders and links that leave it are refused unless allowed', async () => {
    symlinkSync(join(outside, 'secret.jsonl'), path('link.jsonl'))
    symlinkSync(outside, path('folder'))
    const name = outside.slice(tmpdir().length + 1)
    for (const given of [
      join(outside, 'secret.jsonl'),
      `../${name}/secret.jsonl`,
      `../${name}/*.jsonl`,
      `../${name}`,
      '../nowhere.jsonl',
      'link.jsonl',
      'folder',
      'folder/secret.jsonl',
      'folder/*.jsonl',
    ]) {
      expect(await failure(find(given)), given).toMatchObject({ code: 'MAESTRO_STORAGE_PATH_OUTSIDE' })
    }
    expect((await find('link.jsonl', undefined, true)).length).toBe(1)
    expect((await find(`../${name}/*.jsonl`, undefined, true)).length).toBe(1)
  })
})
