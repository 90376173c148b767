// Rows of generators and streams, which can be read only once: they are stored before a step that asks a model sees them.
import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type InlineRows, pipeline, prompt, type Row } from '@maestro-dataflow/core'
import { installFailpoints, type StageDecision, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folder, settled } from './durability/folder.js'
import { countingModel, projectOf } from './durability/questions.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

const count = 18

const rowsFrom = (first: number, last = count) =>
  Array.from({ length: last - first }, (_, at) => ({ row: first + at, question: `What of row ${first + at}?` }))

type Source = InlineRows<Row> | (() => InlineRows<Row>)

const asking = (rows: Source, key?: string) =>
  pipeline('asking')
    .from(rows, key === undefined ? {} : { key })
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' }, { id: 'ask' })
    .write('fs.file', { path: 'answers.jsonl' })

interface Settings {
  readonly key?: string
  readonly limit?: number
}

/** Runs a pipeline over a source, or goes on. */
async function run(folder: Folder, rows: Source, { key, limit }: Settings = {}) {
  const asked: number[] = []
  let decision: StageDecision | undefined
  const project = projectOf(
    folder.path,
    countingModel((row) => asked.push(row)),
    { cache: false },
  )
  const [unfinished] = await project.unfinishedRuns()
  try {
    const report = await project.run(asking(rows, key), {
      ...(limit === undefined ? {} : { limit }),
      ...(unfinished === undefined ? {} : { resume: { run: unfinished.runId } }),
      onResume: ([first]) => {
        decision = first
      },
    })
    return { report: settled(report), asked, decision }
  } finally {
    await project.dispose()
  }
}

/** Runs a pipeline, and keeps the folder as a process leaves it that ends at each of some places. */
async function crashing(rows: Source, places: RegExp, settings: Settings = {}) {
  const whole = new Folder()
  const crashes: Folder[] = []
  installFailpoints((place) => {
    if (places.test(place)) crashes.push(Folder.after(whole.path))
  })
  const expected = await run(whole, rows, settings)
  installFailpoints(undefined)
  return { whole, crashes, expected }
}

const storedFile = (folder: Folder) => join(folder.path, '.maestro/runs', folder.runs.at(-1) ?? '', 'source/rows.jsonl')
const rowsOf = (folder: Folder) =>
  folder
    .read('answers.jsonl')
    .trimEnd()
    .split('\n')
    .map((line): number => JSON.parse(line).row)

function* generate(first = 0, last = count) {
  yield* rowsFrom(first, last)
}

async function* slowly() {
  for (const row of rowsFrom(0)) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    yield row
  }
}

const sources: Readonly<Record<string, () => Source>> = {
  'a generator': () => generate(),
  'a slow generator': () => slowly(),
  'a function that returns a generator': () => () => generate(),
  'a stream of Node.js': () => Readable.from(rowsFrom(0)),
  'a web stream': () => ReadableStream.from(rowsFrom(0)),
}

test.each(Object.keys(sources))('a run over %s goes on after each crash, and asks about no row twice', async (kind) => {
  const open = sources[kind] as () => Source
  const { whole, crashes, expected } = await crashing(
    open(),
    /progress-renamed|source-stored|calls-synced|partition-synced/,
  )
  expect(expected.asked.length).toBe(count)
  expect(existsSync(storedFile(whole))).toBe(false)
  expect(crashes.length).toBeGreaterThan(8)
  for (const crashed of crashes) {
    const resumed = await run(crashed, open())
    expect(resumed.decision?.reason).toBeUndefined()
    expect(crashed.result()).toEqual(whole.result())
    expect(resumed.report).toEqual(expected.report)
    expect(new Set(resumed.asked).size).toBe(resumed.asked.length)
    expect(resumed.asked.length).toBeLessThanOrEqual(count)
  }
})

test('a source that came to its end is not read again', async () => {
  const { whole, crashes } = await crashing(generate(), /progress-renamed/)
  for (const crashed of crashes.slice(1)) {
    const resumed = await run(crashed, generate(100, 130))
    expect(resumed.decision?.reason).toBeUndefined()
    expect(crashed.result()).toEqual(whole.result())
  }
})

test.each([
  { which: 'begins with other rows', rows: rowsFrom(1), again: false },
  { which: 'ends before the committed rows', rows: rowsFrom(0, 3), again: false },
  { which: 'differs after the committed rows', rows: [...rowsFrom(0, 9), ...rowsFrom(90, 95)], again: true },
  { which: 'ends after the committed rows', rows: rowsFrom(0, 9), again: true },
])('a source that had not ended and $which gives its new rows', async ({ rows, again }) => {
  const folder = new Folder()
  let crashed: Folder | undefined
  let commits = 0
  installFailpoints((place) => {
    if (place === 'progress-renamed' && ++commits === 2) crashed = Folder.after(folder.path)
  })
  const waiting = Promise.withResolvers<void>()
  async function* neverEnding() {
    yield* rowsFrom(0)
    await waiting.promise
  }
  const first = run(folder, neverEnding())
  await expect.poll(() => crashed).toBeDefined()
  installFailpoints(undefined)
  waiting.resolve()
  await first
  const resumed = await run(
    crashed as Folder,
    (function* () {
      yield* rows
    })(),
  )
  expect(rowsOf(crashed as Folder)).toEqual(rows.map(({ row }) => row))
  expect(resumed.decision?.reason).toBe(again ? undefined : 'its input begins with other rows')
  expect(resumed.report.counts.rowsIn).toBe(rows.length)
})

test('an error of the source ends the run after the rows before it, and a resumed run goes on with them', async () => {
  const folder = new Folder()
  function* failing() {
    yield* rowsFrom(0, 10)
    throw new Error('the queue is gone')
  }
  await expect(run(folder, failing())).rejects.toThrow('the queue is gone')
  const resumed = await run(folder, generate())
  expect(resumed.decision?.reason).toBeUndefined()
  expect(rowsOf(folder)).toEqual(rowsFrom(0).map(({ row }) => row))
  // The rows before the error were asked about in the first process.
  expect(resumed.asked).toEqual(rowsFrom(10).map(({ row }) => row))
})

test('with `limit`, no row is read that is left out', async () => {
  const read: number[] = []
  function* endless() {
    for (let row = 0; ; row++) {
      read.push(row)
      yield { row, question: `What of row ${row}?` }
    }
  }
  const { whole, crashes, expected } = await crashing(endless(), /progress-renamed/, { limit: 11 })
  expect(expected.report.counts.rowsIn).toBe(11)
  expect(read.length).toBeLessThanOrEqual(11)
  expect(crashes.length).toBeGreaterThan(1)
  for (const crashed of crashes) {
    await run(crashed, endless(), { limit: 11 })
    expect(crashed.result()).toEqual(whole.result())
  }
})

test('rows without a key, and what is not a row, are rejected in each process', async () => {
  const odd = () => [...rowsFrom(0, 6), null, 'text', { question: 'no key' }, [1], 5n, ...rowsFrom(5)] as Row[]
  const { whole, crashes } = await crashing(odd().values(), /progress-renamed/, { key: 'row' })
  expect(whole.result().rejects).toContain('the key column')
  for (const crashed of crashes) {
    await run(crashed, odd().values(), { key: 'row' })
    expect(crashed.result()).toEqual(whole.result())
  }
})

const prototypeOf = (value: unknown) => Object.getPrototypeOf(Object(value)).constructor.name

test('values arrive as they are: those that a file would change are not stored', async () => {
  const values = [
    new Map([[1, 2]]),
    Buffer.from('text'),
    new Set([1]),
    new Date(1e9),
    new Float32Array([1]),
    -0,
    2n ** 70n,
  ]
  const rows = () => values.map((value, row) => ({ row, question: `What of row ${row}?`, value }))
  const seen: unknown[] = []
  const project = projectOf(
    new Folder().path,
    countingModel(() => undefined),
    { cache: false },
  )
  const report = await project.run(
    pipeline('odd')
      .from(rows().values())
      .map(({ value, ...row }) => {
        seen.push(value)
        return row
      })
      .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' })
      .write('fs.file', { path: 'answers.jsonl' }),
  )
  await project.dispose()
  expect(report.counts).toMatchObject({ rowsIn: values.length, rowsOut: values.length })
  expect(seen).toEqual(values)
  expect(seen.map(prototypeOf)).toEqual(values.map(prototypeOf))
})

test('stored rows that are cut or changed anywhere are read from the source again', async () => {
  const { whole, crashes } = await crashing(generate(), /progress-renamed/)
  const crashed = crashes[1] as Folder
  const stored = readFileSync(storedFile(crashed))
  for (let place = 0; place < stored.length; place += 37)
    for (const damage of ['cut', 'changed', 'appended'] as const) {
      const folder = Folder.after(crashed.path)
      if (damage === 'cut') truncateSync(storedFile(folder), place)
      else if (damage === 'appended') appendFileSync(storedFile(folder), stored.subarray(0, place))
      else {
        const content = Buffer.from(stored)
        content[place] = (content[place] as number) ^ 1
        writeFileSync(storedFile(folder), content)
      }
      await run(folder, generate())
      expect(folder.result(), `${damage} at ${place}`).toEqual(whole.result())
    }
})

test('a run that asks no model stores nothing, and reads the source again', async () => {
  const folder = new Folder()
  let stored = false
  installFailpoints(() => {
    stored ||= folder.runs.some((name) => readdirSync(join(folder.path, '.maestro/runs', name)).includes('source'))
  })
  const project = projectOf(
    folder.path,
    countingModel(() => undefined),
    { cache: false },
  )
  await project.run(pipeline('plain').from(generate()).write('fs.file', { path: 'answers.jsonl' }))
  await project.dispose()
  expect(stored).toBe(false)
  expect(rowsOf(folder)).toHaveLength(count)
})
