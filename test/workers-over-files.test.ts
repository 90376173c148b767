// Files of every kind, with what is wrong in them, read and written around workers: the same bytes as in one thread.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { FileProject, type Outcome } from './workers/project.js'

/** Pipelines as files, whose steps run in workers. They keep, drop, reject, and split rows. */
const moduleOf = (read: object, write: object) => `
import { pipeline } from '@maestro-dataflow/core'
export default pipeline('files').read('fs.file', ${JSON.stringify(read)})
  .map((row) => ({ ...row, long: Object.keys(row).length, text: String(row.text ?? '').normalize('NFC') }), { id: 'measure' })
  .filter((row, { drop }) => row.text !== 'drop' || drop('told'), { id: 'choose' })
  .map((row) => { if (row.text.includes('bad')) throw new Error('bad: ' + row.text); return row }, { id: 'refuse' })
  .flatMap((row) => row.text.includes('two') ? [row, { ...row, text: 'second' }] : [row], { id: 'split' })
  .write('fs.file', ${JSON.stringify({ mode: 'overwrite', ...write })})
`

const threads = { use: 'threads', threads: 2 }
const processes = { use: 'processes', processes: 2 }
const ids = ['measure', 'choose', 'refuse', 'split']

/** Every file of the outputs. */
function outputs(project: FileProject): Readonly<Record<string, string>> {
  const files = readdirSync(join(project.path, 'out'), { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path, readFileSync(path).toString('latin1')]),
  )
}

/** What is of the source stands first: its records are rejected when they are read, while steps are still at earlier rows. */
const sourceFirst = <Item>(items: readonly Item[], isOfSource: (item: Item) => boolean) => [
  ...items.filter(isOfSource),
  ...items.filter((item) => !isOfSource(item)),
]

function inOrder({ facts, rejects = '', report, ...outcome }: Outcome) {
  const isOfSource = (item: object) => 'step' in item && item.step === 'source'
  return {
    ...outcome,
    facts: sourceFirst(facts, isOfSource),
    rejects: sourceFirst(rejects.split('\n'), (line) => line.includes('"step":"source"')).join('\n'),
    report: { ...report, rejects: sourceFirst(report.rejects, isOfSource) },
  }
}

/** Runs a pipeline over files in one thread, and then with each of the executors. */
async function all(
  files: Readonly<Record<string, string | Uint8Array>>,
  read: object,
  write: object,
  executors: readonly { readonly use: string }[] = [threads],
) {
  const project = new FileProject({ ...files, 'pipelines/files.mjs': moduleOf(read, write) })
  mkdirSync(join(project.path, 'out'))
  const settings = { run: { maxRejects: '100%' } }
  const local = { ...inOrder(await project.run('files', 'local', settings)), outputs: outputs(project) }
  expect(local.error).toBeUndefined()
  for (const executor of executors) {
    const ran = { ...inOrder(await project.run('files', executor, settings)), outputs: outputs(project) }
    expect(ran, executor.use).toEqual(local)
    expect(project.plan().stages.flatMap(({ workers = [] }) => workers)).toEqual(ids)
  }
  return local
}

const records = (count: number, of: (n: number) => string) => Array.from({ length: count }, (_, n) => of(n)).join('')

/** A record of CSV that ends as lines of Windows do; some are broken in one of several ways. */
const csvRecord = (n: number) => {
  switch (n % 17) {
    case 3:
      return `${n},"line one\r\nline ""two"" of ${n}",2026-01-0${1 + (n % 9)}\r\n`
    case 5:
      return `${n},too many,2026-01-01,cells\r\n`
    case 7:
      return `${n},"a misplaced" quote,2026-01-01\r\n`
    case 9:
      return `${n}\r\n`
    case 11:
      return `no number,text,2026-01-01\r\n`
    case 13:
      return `${n},bad luck,\r\n`
    case 15:
      return '\r\n'
    default:
      return `${n},e\u0301 and ß ${n},2026-01-0${1 + (n % 9)}\r\n`
  }
}
const csv = `\ufeffn,text,day\r\n${records(6000, csvRecord)}`

test('CSV with a byte order mark, lines of Windows, and broken records', async () => {
  const read = { path: 'in.csv', columns: { n: 'integer', text: 'string', day: 'date' }, shortRecords: 'reject' }
  const ran = await all({ 'in.csv': csv }, read, { path: 'out/rows.csv' }, [threads, processes])
  const { report, outputs: written, rejects } = ran
  expect(report.counts).toMatchObject({ rejected: expect.any(Number) })
  const [text = ''] = Object.values(written)
  expect(text.startsWith('n,text,day,long')).toBe(true)
  expect(text).toContain('line ""two"" of 3')
  // Broken records of the source and rows that a step refuses, each with the line where it stands.
  for (const what of ['bad: bad luck', 'no number', 'misplaced', 'too many'])
    expect(rejects.includes(what), what).toBe(true)
})

test('CSV whose last record has no end, or a quote that never ends', async () => {
  const whole = await all({ 'in.csv': `${csv}last,row` }, { path: 'in.csv' }, { path: 'out/rows.csv' })
  expect(Object.values(whole.outputs)[0]).toContain('last,row')
  const open = `n,text\n${records(60, (n) => `${n},two\n`)}60,"never ends\n${records(60, (n) => `${n},lost\n`)}`
  const { rejects, report } = await all({ 'in.csv': open }, { path: 'in.csv' }, { path: 'out/rows.csv' })
  expect(report.counts).toMatchObject({ rowsIn: 121, rejected: 1 })
  expect(rejects).toContain('never ends')
})

test('several files in other encodings, with bytes that are no text, and compressed', async () => {
  const utf16 = Buffer.from(`\ufeffn,text\r\n${records(80, (n) => `${n},größe ${n}\r\n`)}`, 'utf16le')
  const broken = Buffer.from(`n,text\n1,fine\n2,not \xff valid\n3,two\n4,drop\n`, 'latin1')
  const packed = gzipSync(`n,text\n${records(120, (n) => `${n},packed ${n % 5 ? '' : 'bad'}\n`)}`)
  const files = { 'in/a.csv': utf16, 'in/b.csv': broken, 'in/c.csv.gz': packed }
  const { report, rejects } = await all(files, { path: 'in' }, { path: 'out/rows.jsonl.gz' })
  expect(report.counts).toMatchObject({ rowsIn: 204, rejected: 25 })
  expect(rejects).toContain('in/b.csv')
})

test('JSONL with a byte order mark, lines of Windows, and lines that are no JSON', async () => {
  const lines = records(300, (n) => {
    if (n % 19 === 4) return 'no json\r\n'
    if (n % 19 === 8) return '[1,2]\r\n'
    if (n % 19 === 12) return '\r\n'
    const text = n % 19 === 6 ? 'drop' : n % 19 === 10 ? 'bad' : `two ${n}`
    return `{"n":${n}${'0'.repeat(n % 19)},"text":${JSON.stringify(text)},"2":null,"a":{"__proto__":[${n}]}}\r\n`
  })
  const { rejects } = await all({ 'in.jsonl': `\ufeff${lines}` }, { path: 'in.jsonl' }, { path: 'out/rows.jsonl' })
  expect(rejects).toContain('no json')
  expect(rejects).toContain('bad: bad')
})

test('typed columns to Parquet, and to a file for each value', async () => {
  const read = { path: 'in.csv', columns: { n: 'bigint', text: 'string', day: 'date' }, key: 'n' }
  const [table = ''] = Object.values((await all({ 'in.csv': csv }, read, { path: 'out/rows.parquet' })).outputs)
  expect(table.startsWith('PAR1')).toBe(true)
  const { outputs: files } = await all({ 'in.csv': csv }, read, { path: 'out/{long}.jsonl' })
  expect(Object.keys(files).length).toBeGreaterThan(1)
})
