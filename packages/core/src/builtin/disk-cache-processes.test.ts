import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { CacheFolder } from './__fixtures__/cache-folder.js'

/** Keeps answers one after the other, and says of each when it is kept. */
const keepOn = `
  for (let n = 0; ; n++) {
    await Promise.all([0, 1, 2].map((part) => cache.set('key' + n + '.' + part, { n, text: 'x'.repeat(n % 3000) }, {})))
    process.stdout.write(n + '\\n')
  }
`

const keep = (name: string, count: number) => `
  for (let n = 0; n < ${count}; n++) await cache.set('${name}' + n, { n, by: '${name}' }, { model: '${name}' })
  await cache.dispose()
`

describe('several processes', () => {
  test('that write at once lose nothing, nor does one that reads meanwhile', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    const writers = ['a', 'b', 'c'].map((name) => folder.start(keep(name, 300)).finished)
    let done = false
    const ended = Promise.all(writers).finally(() => {
      done = true
    })
    for (let n = 0; !done; n++) {
      await cache.set(`own${n % 50}`, { n }, {})
      expect(await cache.get(`own${n % 50}`)).toEqual({ n })
    }
    expect((await ended).map(({ stderr }) => stderr)).toEqual(['', '', ''])
    for (const name of ['a', 'b', 'c']) {
      for (let n = 0; n < 300; n++) expect(await cache.get(`${name}${n}`)).toEqual({ n, by: name })
    }
    expect(folder.warnings).toEqual([])
  })

  test('one that holds the file for long is waited for, and the pipeline’s thread goes on', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    await cache.set('before', { n: 1 }, {})
    const holder = new DatabaseSync(folder.file)
    holder.exec('BEGIN IMMEDIATE')
    let kept = false
    const keeping = cache.set('key', { n: 2 }, {}).then(() => {
      kept = true
    })
    // Turns of the event loop, of which there would be none if it stood still.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(kept).toBe(false)
    expect(await cache.get('before')).toEqual({ n: 1 })
    holder.exec('COMMIT')
    holder.close()
    await keeping
    expect(await cache.get('key')).toEqual({ n: 2 })
    expect(folder.warnings).toEqual([])
  })

  test('waiting entries are written before the file is closed', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    await cache.set('before', { n: 1 }, {})
    const holder = new DatabaseSync(folder.file)
    holder.exec('BEGIN IMMEDIATE')
    const keeping = cache.set('key', { n: 2 }, {})
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 20))
    const freed = cache.dispose()
    holder.exec('COMMIT')
    holder.close()
    await Promise.all([keeping, freed])
    expect(await folder.open().get('key')).toEqual({ n: 2 })
  })

  test('stored answers survive kill -9, and the next process uses them', async () => {
    const folder = new CacheFolder()
    const { child, finished, lines } = folder.start(keepOn)
    await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThan(200)
    child.kill('SIGKILL')
    await finished
    const cache = folder.open()
    for (const n of lines().map(Number)) {
      for (const part of [0, 1, 2])
        expect(await cache.get(`key${n}.${part}`)).toEqual({ n, text: 'x'.repeat(n % 3000) })
    }
    await cache.set('new', { n: 0 }, {})
    expect(await cache.get('new')).toEqual({ n: 0 })
    expect(folder.warnings).toEqual([])
  })

  test('a damaged file is set aside by one of them only', async () => {
    const folder = new CacheFolder()
    const first = folder.open()
    await first.set('key', { n: 1 }, {})
    await first.dispose()
    const { size } = statSync(folder.file)
    truncateSync(folder.file, size / 2)
    const writers = ['a', 'b'].map((name) => folder.start(keep(name, 50)).finished)
    const said = (await Promise.all(writers)).map(({ stderr }) => stderr).join('')
    expect(said.match(/is damaged/g)).toHaveLength(1)
    expect(folder.others()).toHaveLength(1)
    const cache = folder.open()
    for (const name of ['a', 'b'])
      for (let n = 0; n < 50; n++) expect(await cache.get(`${name}${n}`)).toEqual({ n, by: name })
  })
})

const tryIt = `
  const found = await cache.get('old')
  for (const key of ['a', 'b', 'c']) await cache.set(key, { text: 'x'.repeat(200_000) }, {})
  const reused = (await cache.get('c')) !== undefined
  await cache.dispose()
  const next = createDiskCache({ stateDirectory, logger: { warn() {} } })
  console.log(JSON.stringify({ found, reused, kept: (await next.get('c')) !== undefined }))
  await next.dispose()
`

describe('a disk that refuses', () => {
  async function filled() {
    const folder = new CacheFolder()
    const cache = folder.open()
    await cache.set('old', { n: 1 }, {})
    await cache.dispose()
    return folder
  }

  // A bound on the size of files is a disk that is full, and needs no right to make one. It is in KB.
  test('is full: it is said once, what was kept is there, and the run goes on', async () => {
    const folder = await filled()
    const { status, stdout, stderr } = folder.run(tryIt, { before: 'ulimit -f 150; trap "" XFSZ;' })
    expect({ status, out: JSON.parse(stdout) }).toEqual({
      status: 0,
      out: { found: { n: 1 }, reused: true, kept: false },
    })
    expect(stderr.match(/cannot write to the disk/g)).toHaveLength(1)
    expect(await folder.open().get('old')).toEqual({ n: 1 })
  })

  // To root nothing is read-only: the process runs as someone else then.
  const uid = process.getuid?.() === 0 ? 65534 : undefined
  const as = uid === undefined ? {} : { uid }

  test.each([
    ['the file', 0o444, 0o777],
    ['the folder and the file', 0o444, 0o555],
  ])('is read-only, %s: it is said once, and answers are read', async (_, fileMode, folderMode) => {
    const folder = await filled()
    chmodSync(folder.path, 0o755)
    chmodSync(folder.file, fileMode)
    chmodSync(dirname(folder.file), folderMode)
    const { status, stdout, stderr } = folder.run(tryIt, as)
    chmodSync(dirname(folder.file), 0o755)
    expect({ status, out: JSON.parse(stdout) }).toEqual({
      status: 0,
      out: { found: { n: 1 }, reused: true, kept: false },
    })
    expect(stderr.match(/cannot write to the disk/g)).toHaveLength(1)
  })

  test('is read-only and has no answers yet', () => {
    const folder = new CacheFolder()
    mkdirSync(dirname(folder.file))
    chmodSync(folder.path, 0o555)
    chmodSync(dirname(folder.file), 0o555)
    const { status, stdout, stderr } = folder.run(tryIt, as)
    expect({ status, out: JSON.parse(stdout) }).toEqual({ status: 0, out: { reused: true, kept: false } })
    expect(stderr.match(/cannot write to the disk/g)).toHaveLength(1)
  })
})

test('a process that keeps answers says nothing of what Node thinks of its SQLite', () => {
  const folder = new CacheFolder()
  const { stderr, stdout } = folder.run(
    `await cache.set('a', {}, {}); console.log(Object.keys(await cache.get('a')).length)`,
  )
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  expect(readFileSync(folder.file).subarray(0, 15).toString()).toBe('SQLite format 3')
})
