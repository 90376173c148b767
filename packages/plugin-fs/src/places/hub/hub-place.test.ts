import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { HubDouble } from '../../__fixtures__/hub-double.js'
import { failure, temporaryProject } from '../../__fixtures__/temporary-project.js'

const { write, path, copy, rows } = temporaryProject()
let hub: HubDouble | undefined
afterEach(() => hub?.close())

const dataset = 'hf://datasets/me/words'
const start = async (files?: Readonly<Record<string, string | Buffer>>): Promise<HubDouble> => {
  hub = await HubDouble.start(files)
  return hub
}
const says = (text: string) => ({ message: expect.stringContaining(text) })
const line = (split: string) => `{"split":"${split}"}\n`

test('a dataset is read by split: the card names the files, or else the names of the files do', async () => {
  const files = {
    'data/train-00000-of-00001.jsonl': line('train'),
    'data/test.jsonl': line('test'),
    'other.jsonl': line('other'),
  }
  const card = `---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: "other.jsonl"\n  - split: test\n    path:\n    - data/te*.jsonl\n---\n# Words\n`
  const read = async (url: string, given: string, options: object = {}) =>
    (await rows({ path: given, hub: { endpoint: url, ...options } })).rows
  const { url } = await start({ ...files, 'README.md': card })
  expect(await read(url, dataset, { split: 'train' })).toEqual([{ split: 'other' }])
  expect(await read(url, dataset, { split: 'test' })).toEqual([{ split: 'test' }])
  expect(await read(url, `${dataset}/data/train-*.jsonl`)).toEqual([{ split: 'train' }])
  expect(await failure(read(url, dataset))).toMatchObject(says('several splits: train, test'))
  expect(await failure(read(url, dataset, { split: 'dev' }))).toMatchObject(says('no split "dev"'))
  expect(await failure(read(url, dataset, { config: 'large' }))).toMatchObject(says('no config "large"'))

  const plain = await start(files)
  expect(await read(plain.url, `${dataset}/data`, { split: 'test' })).toEqual([{ split: 'test' }])
  expect(await failure(read(plain.url, `${dataset}/data`))).toMatchObject(says('several splits: test, train'))
})

test('a revision is pinned, so commits that are pushed meanwhile are not read', async () => {
  const double = await start({ 'a.jsonl': '{"a":1}\n'.repeat(3) })
  const { token } = { token: 'key-of-the-test' }
  double.token = token
  double.commits?.push({ 'a.jsonl': Buffer.from('{"a":2}\n') })
  const at = async (given: string) => (await rows({ path: given, hub: { endpoint: double.url, token } })).rows
  expect(await at(`${dataset}@c0/a.jsonl`)).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }])
  expect(await at(`${dataset}/a.jsonl`)).toEqual([{ a: 2 }])
  expect(double.asked.filter((one) => one.includes('/resolve/')).every((one) => /\/resolve\/c\d\//.test(one))).toBe(
    true,
  )
  expect(double.hasLeaked).toBe(false)
  expect(await failure(at(`${dataset}@v9/a.jsonl`))).toMatchObject(says('@v9 does not exist'))
  expect(await failure(at(`${dataset}/missing.jsonl`))).toMatchObject(says('does not exist'))
})

test('a small file that the hub sends without ranges is read from any place', async () => {
  const { url } = await start({ 'a.csv': 'id,word\n1,tea\n2,milk\n' })
  const source = {
    path: `${dataset}/a.csv`,
    hub: { endpoint: url },
    columns: { id: 'integer', word: 'string' },
  } as const
  expect((await rows(source)).rows).toEqual([
    { id: 1, word: 'tea' },
    { id: 2, word: 'milk' },
  ])
})

test('a busy hub is asked again, and a refusal contains the reason and a hint', async () => {
  const double = await start({ 'a.jsonl': '{"a":1}\n' })
  let busy = 3
  double.before = (_, reply) => {
    if (busy-- <= 0) return false
    reply.writeHead(429, { 'retry-after': '0' }).end('{"error":"Too many requests"}')
    return true
  }
  const read = () => rows({ path: `${dataset}/a.jsonl`, hub: { endpoint: double.url } })
  expect((await read()).rows).toEqual([{ a: 1 }])
  double.token = 'key-of-the-test'
  expect(await failure(read())).toMatchObject(says('Invalid username or password'))
  expect(JSON.stringify(await failure(read()))).toContain('HF_TOKEN')
  double.token = undefined
  double.commits = undefined
  expect(await failure(read())).toMatchObject(says('does not exist'))
})

test('rows become one commit with a card, and come back by split', async () => {
  const double = await start()
  write('in.jsonl', Array.from({ length: 500 }, (_, id) => `{"id":${id},"text":"text ${id}"}\n`).join(''))
  const sink = { path: `${dataset}/data/train.parquet`, hub: { endpoint: double.url } } as const
  expect(await failure(copy({ path: 'in.jsonl' }, sink))).toMatchObject(says('does not exist'))
  await copy({ path: 'in.jsonl' }, { ...sink, hub: { ...sink.hub, create: 'private' } })
  expect(double.isPrivate).toBe(true)
  expect(double.commits).toHaveLength(2)
  expect(double.text('README.md')).toContain('split: train')
  expect(double.text('README.md')).toContain('n<1K')
  const all = { path: dataset, hub: { endpoint: double.url, split: 'train' } } as const
  expect((await rows(all)).rows).toHaveLength(500)
  expect((await rows({ ...all, columns: ['id'] })).rows[7]).toEqual({ id: 7 })

  double.partBytes = 1000
  await copy({ path: 'in.jsonl' }, { path: `${dataset}/data/test.jsonl`, hub: { endpoint: double.url } })
  expect(double.text('README.md')).toContain('split: test')
  expect(double.text('data/test.jsonl')).toBe(readFileSync(path('in.jsonl'), 'utf8'))
  expect((await rows({ ...all, hub: { ...all.hub, split: 'test' } })).rows).toHaveLength(500)
  expect(double.hasLeaked).toBe(false)
})

test('a file is not replaced unless that is asked for, and a commit does not undo another', async () => {
  const double = await start({ 'a.jsonl': 'old\n', 'README.md': '# By hand\n' })
  write('in.jsonl', '{"a":1}\n')
  const sink = { path: `${dataset}/a.jsonl`, hub: { endpoint: double.url } } as const
  expect(await failure(copy({ path: 'in.jsonl' }, sink))).toMatchObject(says('exists already'))
  let isLate = true
  double.before = (asked) => {
    if (asked.url?.includes('/commit/') && isLate) {
      isLate = false
      double.commits?.push({ ...double.commits.at(-1), 'b.jsonl': Buffer.from('other\n') })
    }
    return false
  }
  expect(await failure(copy({ path: 'in.jsonl' }, { ...sink, mode: 'overwrite' }))).toBeDefined()
  expect(double.text('a.jsonl')).toBe('old\n')
  await copy({ path: 'in.jsonl' }, { ...sink, mode: 'overwrite' })
  expect(double.text('a.jsonl')).toBe('{"a":1}\n')
  expect(double.text('b.jsonl')).toBe('other\n')
  expect(double.text('README.md')).toBe('# By hand\n')
})
