import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { CacheFolder } from './__fixtures__/cache-folder.js'

const hour = 3_600_000
const megabyte = 1024 * 1024
const answer = (text: string) => ({ text, finishReason: 'stop' })

afterEach(() => void vi.useRealTimers())

const at = (time: number) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(time)
}

describe('answers', () => {
  test('come back as they were, whatever text is in them, also when the file is opened again', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    const given = {
      text: 'naïve 漢字 \0 \ud800 "\'; DROP TABLE answers',
      object: { n: [1, null, -0.5e-7], __proto__x: {} },
    }
    await cache.set("key'; --", given, { model: "m'\ud800" }, { step: "s'", rowId: '漢' })
    expect(await cache.get("key'; --")).toEqual(given)
    expect(await cache.get("key'; --")).not.toBe(given)
    expect(await cache.get('other')).toBeUndefined()
    await cache.dispose()
    expect(await folder.open().get("key'; --")).toEqual(given)
    expect(folder.warnings).toEqual([])
  })

  test('one that is set again counts once, and is the newer one', async () => {
    const cache = new CacheFolder().open()
    await cache.set('key', answer('long text'), {})
    await cache.set('key', answer('b'), {})
    expect(await cache.get('key')).toEqual(answer('b'))
    expect(await cache.stats()).toMatchObject({ entries: 1, bytes: JSON.stringify(answer('b')).length })
  })

  test('keys that begin alike for long never get each other’s answer', async () => {
    const cache = new CacheFolder().open()
    const [one, other] = [`${'a'.repeat(63)}1`, `${'a'.repeat(63)}2`]
    await cache.set(one, answer('1'), {})
    expect(await cache.get(other)).toBeUndefined()
    expect(await cache.delete(other)).toBe(false)
    expect(await cache.get(one)).toEqual(answer('1'))
    await cache.set(other, answer('2'), {})
    expect(await cache.get(other)).toEqual(answer('2'))
    expect(await cache.get(one)).not.toEqual(answer('2'))
  })

  test('ten megabytes of text are an answer too', async () => {
    const cache = new CacheFolder().open()
    const long = answer('漢'.repeat(3_500_000))
    await cache.set('long', long, {})
    expect(await cache.get('long')).toEqual(long)
  })

  test('nothing is opened or made before it is needed, not even to look at it', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    expect(await cache.stats()).toEqual({ entries: 0, bytes: 0, location: folder.file })
    expect(await cache.list?.({ last: 5 })).toEqual([])
    expect(await cache.explain?.('a')).toEqual({ entry: undefined, candidates: [], nearest: [] })
    expect(await cache.clear()).toBe(0)
    expect(await cache.delete('a')).toBe(false)
    expect(existsSync(join(folder.path, 'cache'))).toBe(false)
    await cache.set('a', answer('a'), {})
    expect(readFileSync(join(folder.path, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('an answer counts until its time is over; a clock that goes back does no harm', async () => {
    const folder = new CacheFolder()
    at(10 * hour)
    const cache = folder.open({ ttl: hour })
    await cache.set('key', answer('a'), {})
    at(11 * hour)
    expect(await cache.get('key')).toEqual(answer('a'))
    at(11 * hour + 1)
    expect(await cache.get('key')).toBeUndefined()
    at(hour)
    expect(await cache.get('key')).toEqual(answer('a'))
    // Another user of the file goes by its own settings.
    at(1000 * hour)
    expect(await folder.open().get('key')).toEqual(answer('a'))
    await cache.set('key', answer('b'), {})
    expect(await cache.get('key')).toEqual(answer('b'))
  })

  test('after the last user has let it go, late calls find nothing and do nothing', async () => {
    const folder = new CacheFolder()
    const [cache, other] = [folder.open(), folder.open()]
    await cache.set('key', answer('a'), {})
    await cache.dispose()
    await cache.dispose()
    expect(await other.get('key')).toEqual(answer('a'))
    await other.dispose()
    expect(await other.get('key')).toBeUndefined()
    await other.set('late', answer('b'), {})
    expect(await folder.open().get('late')).toBeUndefined()
    expect(folder.warnings).toEqual([])
  })
})

describe('room', () => {
  // Ten of them and the tables fill a megabyte.
  const big = (text: string) => answer(text.repeat(99 * 1024))

  const storedKeys = async (cache: ReturnType<CacheFolder['open']>) =>
    (await cache.list?.({ last: 1000 }))?.map(({ key }) => key).toReversed()

  test('the oldest runs are removed first, and of a run the entries that it stored last', async () => {
    const folder = new CacheFolder()
    const cache = folder.open({ maxBytes: megabyte })
    for (const key of ['old1', 'old2', 'old3']) await cache.set(key, big('x'), {}, { run: 'old' })
    for (const key of ['a1', 'a2', 'a3', 'a4', 'a5']) await cache.set(key, big('x'), {}, { run: 'a' })
    // A use brings an answer into the later run.
    expect(await cache.get('old3', { run: 'b' })).toBeDefined()
    await cache.dispose()
    const again = folder.open({ maxBytes: megabyte })
    for (const key of ['b1', 'b2', 'b3', 'b4']) await again.set(key, big('y'), {}, { run: 'b' })
    expect(await storedKeys(again)).toEqual(['old3', 'a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'b3', 'b4'])
    expect(folder.warnings).toEqual([])
  })

  test('a run that is larger than the cache reuses the part that fits each time, and says so', async () => {
    const folder = new CacheFolder()
    const keys = Array.from({ length: 20 }, (_, n) => `row${n}`)
    const runOver = async (run: string) => {
      const cache = folder.open({ maxBytes: megabyte })
      let reused = 0
      for (const key of keys) {
        if ((await cache.get(key, { run })) !== undefined) reused++
        else await cache.set(key, big('x'), {}, { run })
      }
      await cache.dispose()
      return reused
    }
    expect(await runOver('first')).toBe(0)
    expect(folder.warnings).toEqual([expect.stringContaining('do not fit into the response cache')])
    for (const run of ['second', 'third']) expect(await runOver(run)).toBe(10)
  })

  test('runs in turn that do not fit, alone or together, each reuse a part', async () => {
    const folder = new CacheFolder()
    const runOver = async (run: string, rows: number) => {
      const cache = folder.open({ maxBytes: megabyte })
      let reused = 0
      for (let row = 0; row < rows; row++) {
        const key = `${run[0]}${row}`
        if ((await cache.get(key, { run })) !== undefined) reused++
        else await cache.set(key, big('x'), {}, { run })
      }
      await cache.dispose()
      return reused
    }
    for (const rows of [20, 8]) {
      const names = rows === 20 ? ['a', 'b'] : ['c', 'd', 'e']
      for (const name of names) await runOver(`${name} first`, rows)
      for (const name of names) await runOver(`${name} second`, rows)
      const shares: number[] = []
      for (const name of names) shares.push(await runOver(`${name} third`, rows))
      expect(Math.min(...shares), String(shares)).toBeGreaterThanOrEqual(1)
      expect(shares.reduce((sum, share) => sum + share)).toBeGreaterThanOrEqual(9)
      for (const [index, name] of names.entries()) expect(await runOver(`${name} fourth`, rows)).toBe(shares[index])
    }
  })

  test('a run that takes the place of others for good has it from its third time at the latest', async () => {
    const folder = new CacheFolder()
    const runOver = async (run: string) => {
      const cache = folder.open({ maxBytes: megabyte })
      let reused = 0
      for (let row = 0; row < 10; row++) {
        const key = `${run[0]}${row}`
        if ((await cache.get(key, { run })) !== undefined) reused++
        else await cache.set(key, big('x'), {}, { run })
      }
      await cache.dispose()
      return reused
    }
    for (const run of ['a first', 'b first', 'a second', 'a third']) await runOver(run)
    expect(await runOver('a fourth')).toBe(10)
  })

  test('rows inserted at the beginning cost the end of the run, not all of it', async () => {
    const folder = new CacheFolder()
    const runOver = async (run: string, keys: readonly string[]) => {
      const cache = folder.open({ maxBytes: megabyte })
      const reused: string[] = []
      for (const key of keys) {
        if ((await cache.get(key, { run })) !== undefined) reused.push(key)
        else await cache.set(key, big('x'), {}, { run })
      }
      await cache.dispose()
      return reused
    }
    const rows = Array.from({ length: 10 }, (_, n) => `row${n}`)
    await runOver('first', rows)
    expect(await runOver('second', ['new0', 'new1', 'new2', ...rows])).toEqual(rows.slice(0, 7))
  })

  test('a changed prompt replaces the answers to the old one', async () => {
    const folder = new CacheFolder()
    const cache = folder.open({ maxBytes: megabyte })
    for (let n = 0; n < 10; n++) await cache.set(`old${n}`, big('x'), {}, { run: 'first' })
    for (let n = 0; n < 10; n++) await cache.set(`new${n}`, big('x'), {}, { run: 'second' })
    expect(await storedKeys(cache)).toEqual(Array.from({ length: 10 }, (_, n) => `new${n}`))
    expect(folder.warnings).toEqual([])
  })

  test('the file stays within its bound', async () => {
    const folder = new CacheFolder()
    const cache = folder.open({ maxBytes: megabyte })
    for (let n = 0; n < 100; n++) await cache.set(`key${n}`, big('x'), {})
    expect(await cache.get('key99')).toBeDefined()
    expect((await cache.stats()).entries).toBeGreaterThan(5)
    await cache.dispose()
    expect(statSync(folder.file).size).toBeLessThanOrEqual(megabyte + 200 * 1024)
  })

  test('one that alone is too long is not kept, and takes no other one’s place', async () => {
    const folder = new CacheFolder()
    const cache = folder.open({ maxBytes: megabyte })
    await cache.set('a', answer('a'), {})
    await cache.set('long', answer('x'.repeat(megabyte)), {})
    expect(await folder.open().get('long')).toBeUndefined()
    expect(await folder.open().get('a')).toEqual(answer('a'))
    // Who has it need not ask again all the same.
    expect(await cache.get('long')).toBeDefined()
    expect(await cache.delete('long')).toBe(true)
    expect(await cache.get('long')).toBeUndefined()
  })
})

describe('looking at it', () => {
  test('answers are taken out one by one, by age, by model, or all', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    for (const [index, model] of ['m1', 'm2', 'm1', 'm2'].entries()) {
      at(Date.UTC(2026, 0, 1 + index))
      await cache.set(`key${index}`, answer('a'), { model })
    }
    expect(await cache.stats()).toMatchObject({
      entries: 4,
      oldest: '2026-01-01T00:00:00.000Z',
      newest: '2026-01-04T00:00:00.000Z',
    })
    expect(await cache.delete('key3')).toBe(true)
    expect(await cache.delete('key3')).toBe(false)
    expect(await cache.clear({ model: 'm2', storedBefore: '2026-01-02' })).toBe(0)
    expect(await cache.clear({ storedBefore: '2026-01-02' })).toBe(1)
    expect(await cache.clear({ model: 'm2' })).toBe(1)
    expect((await cache.list?.({ last: 5 }))?.map(({ key }) => key)).toEqual(['key2'])
    expect(await cache.clear()).toBe(1)
    expect(await cache.stats()).toMatchObject({ entries: 0, bytes: 0 })
  })

  test('cleared answers are gone from the file', async () => {
    const folder = new CacheFolder()
    const cache = folder.open()
    await cache.set('key', answer('something private'), {})
    await cache.clear()
    await cache.dispose()
    expect(readFileSync(folder.file).includes('something private')).toBe(false)
  })

  test('the last ones are listed, of one row when it is named', async () => {
    const cache = new CacheFolder().open()
    for (const n of [1, 2, 3])
      await cache.set(`key${n}`, answer(`a${n}`), { model: 'm' }, { step: 's', rowId: `r${n % 2}` })
    const listed = await cache.list?.({ last: 2 })
    expect(listed).toEqual([
      {
        key: 'key3',
        answer: answer('a3'),
        parts: { model: 'm' },
        step: 's',
        rowId: 'r1',
        bytes: 35,
        storedAt: expect.any(String),
      },
      expect.objectContaining({ key: 'key2' }),
    ])
    expect((await cache.list?.({ last: 9, rowId: 'r1' }))?.map(({ key }) => key)).toEqual(['key3', 'key1'])
  })

  test('an entry is found by its key, the beginning of one, or its row; near is the same row, or else like parts', async () => {
    const cache = new CacheFolder().open()
    const put = (key: string, parts: Record<string, string>, rowId: string, step = 's') =>
      cache.set(key, answer(key), parts, { step, rowId })
    await put('aa1', { model: 'm', prompt: 'old', text: '1' }, 'r1')
    await put('aa2', { model: 'm', prompt: 'new', text: '2' }, 'r2')
    await put('ab3', { model: 'm', prompt: 'new', text: '1' }, 'r1')
    await put('ac4', { model: 'n', prompt: 'x', text: 'y' }, 'r1', 'other')
    const keysOf = async (text: string) => {
      const { entry, candidates, nearest } = (await cache.explain?.(text)) ?? { candidates: [], nearest: [] }
      return [entry?.key, candidates.map(({ key }) => key), nearest.map(({ key }) => key)]
    }
    expect(await keysOf('ab3')).toEqual(['ab3', ['ab3'], ['aa1']])
    expect(await keysOf('ab')).toEqual(['ab3', ['ab3'], ['aa1']])
    expect(await keysOf('aa')).toEqual([undefined, ['aa2', 'aa1'], []])
    expect(await keysOf('r2')).toEqual(['aa2', ['aa2'], ['ab3', 'aa1', 'ac4']])
    expect(await keysOf('r1')).toEqual(['ac4', ['ac4', 'ab3', 'aa1'], ['ab3', 'aa2', 'aa1']])
    // The id of a row may look like the beginning of a key.
    await put('ad5', { model: 'm' }, 'aa')
    expect((await keysOf('aa'))[0]).toBe('ad5')
    expect(await keysOf('zz')).toEqual([undefined, [], []])
    expect(await keysOf('')).toEqual([undefined, [], []])
    expect(await keysOf('%')).toEqual([undefined, [], []])
  })
})

describe('a file that cannot be used', () => {
  /** A file with answers in it, closed. */
  async function filled() {
    const folder = new CacheFolder()
    const cache = folder.open()
    await Promise.all(Array.from({ length: 500 }, (_, n) => cache.set(`key${n}`, answer('x'.repeat(500)), {})))
    await cache.dispose()
    return { folder, whole: readFileSync(folder.file) }
  }

  const damages: readonly (readonly [string, (whole: Buffer) => Buffer | string])[] = [
    ['cut in half', (whole) => whole.subarray(0, whole.length / 2)],
    ['of a few bytes', (whole) => whole.subarray(0, 50)],
    ['that is no database', () => 'hello '.repeat(1000)],
    ['with zeros in it', (whole) => Buffer.from(whole).fill(0, 4096, 4096 * 20)],
  ]

  test.each(damages)('%s is set aside as it is, and a new one begun', async (_, damage) => {
    const { folder, whole } = await filled()
    const damaged = damage(whole)
    writeFileSync(folder.file, damaged)
    const cache = folder.open()
    // Wherever the damage is, the cache comes upon it and goes on.
    for (let n = 0; n < 500; n++) await cache.get(`key${n}`)
    await cache.set('new', answer('b'), {})
    expect(await cache.get('new')).toEqual(answer('b'))
    expect(folder.warnings).toEqual([expect.stringContaining('is damaged')])
    const [aside] = folder.others()
    expect(readFileSync(join(folder.path, 'cache', String(aside)))).toEqual(Buffer.from(damaged))
    expect((await cache.stats()).entries).toBe(1)
  })

  test.each(['{"text":"a"', 'no JSON', '7', 'null', ''])(
    'a single damaged entry (%s) is a miss, and the others stay',
    async (damaged) => {
      const { folder } = await filled()
      const database = new DatabaseSync(folder.file)
      database.prepare("UPDATE answers SET answer = ?, parts = 'x' WHERE key = 'key1'").run(damaged)
      database.close()
      const cache = folder.open()
      expect(await cache.list?.({ last: 1000 })).toBeDefined()
      expect(await cache.get('key1')).toBeUndefined()
      expect(await cache.get('key2')).toBeDefined()
      expect(folder.warnings).toEqual([expect.stringContaining('is damaged')])
      await cache.set('key1', answer('b'), {})
      expect(await cache.get('key1')).toEqual(answer('b'))
      expect(folder.others()).toEqual([])
    },
  )

  test('an empty file is one to begin with', async () => {
    const { folder } = await filled()
    writeFileSync(folder.file, '')
    const cache = folder.open()
    await cache.set('new', answer('b'), {})
    expect(await cache.get('new')).toEqual(answer('b'))
    expect([folder.warnings, folder.others()]).toEqual([[], []])
  })

  test('one that is damaged while it is open is set aside too', async () => {
    const { folder } = await filled()
    const cache = folder.open()
    expect(await cache.get('key1')).toBeDefined()
    const foreign = new DatabaseSync(folder.file)
    foreign.exec('DROP TABLE answers')
    foreign.close()
    // What is read in one turn of the event loop is read from one state of the file.
    await new Promise(setImmediate)
    expect(await cache.get('key1')).toBeUndefined()
    await cache.set('new', answer('b'), {})
    expect(await cache.get('new')).toEqual(answer('b'))
    expect(folder.warnings).toHaveLength(1)
  })

  const others: readonly (readonly [string, string])[] = [
    ['of an older version', 'PRAGMA user_version = 0'],
    ['of a newer version', 'PRAGMA user_version = 99'],
    ['of something else', 'PRAGMA application_id = 7'],
  ]

  test.each(others)('one %s is set aside, and a new one begun', async (_, change) => {
    const { folder } = await filled()
    const database = new DatabaseSync(folder.file)
    database.exec(change)
    database.close()
    const cache = folder.open()
    expect(await cache.get('key1')).toBeUndefined()
    await cache.set('new', answer('b'), {})
    expect(await cache.get('new')).toEqual(answer('b'))
    expect(folder.warnings).toEqual([expect.stringContaining('another version')])
    const aside = new DatabaseSync(join(folder.path, 'cache', String(folder.others()[0])))
    expect(aside.prepare('SELECT count(*) AS count FROM answers').get()).toEqual({ count: 500 })
    aside.close()
  })

  test('where a folder stands instead of the file, it goes on without and says so once', async () => {
    const folder = new CacheFolder()
    mkdirSync(folder.file, { recursive: true })
    const cache = folder.open()
    for (const key of ['a', 'b']) {
      expect(await cache.get(key)).toBeUndefined()
      await cache.set(key, answer(key), {})
      expect(await cache.get(key)).toEqual(answer(key))
      expect(await folder.open().get(key)).toBeUndefined()
    }
    expect(await cache.stats()).toMatchObject({ entries: 0 })
    expect(await cache.clear()).toBe(2)
    expect(await cache.get('a')).toBeUndefined()
    expect(folder.warnings).toEqual([expect.stringContaining('cannot write to the disk')])
  })

  test('where a file stands instead of the folder, too', async () => {
    const folder = new CacheFolder()
    writeFileSync(join(folder.path, 'cache'), '')
    const cache = folder.open()
    await cache.set('a', answer('a'), {})
    expect(await folder.open().get('a')).toBeUndefined()
    expect(folder.warnings).toHaveLength(1)
  })
})
