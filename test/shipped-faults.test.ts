// Faults that other tools have shipped, each as a test: a run is ended at each of its named places, something changes, and
// the resumed run has to give what an undisturbed run gives after the change.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LLMServing, type PipelineInput, pipeline, prompt, type RunReport } from '@maestro-dataflow/core'
import { installFailpoints, type RunSettings, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Folder, settled } from './durability/folder.js'
import { projectOf } from './durability/questions.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 3, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
  vi.useRealTimers()
})

interface Model {
  readonly asked: string[]
  readonly serving: LLMServing
}

/** A model that answers to a question with the question, and to several in one call with each of them. */
function echoing({
  version = 1,
  before = async (_: string): Promise<unknown> => undefined,
  answered = (_: number) => {},
} = {}): Model {
  const asked: string[] = []
  const serving: LLMServing = {
    kind: 'llm',
    name: 'echoing',
    identity: { version },
    capabilities: { jsonSchema: true, images: false, audio: false },
    async generate({ messages, schema }) {
      const text = String(messages.at(-1)?.content)
      await before(text)
      answered(asked.push(text))
      const usage = { inputTokens: 3, outputTokens: 2 }
      const about = { finishReason: 'stop', usage, cost: 0.25, model: `echoing-${version}` } as const
      const items = text.split('\n').filter((line) => line.startsWith('{"id"'))
      const answers = items.map((line) => {
        const { id, values } = JSON.parse(line) as { id: string; values: { text: string } }
        return { id, answer: `v${version} ${values.text}` }
      })
      if (items.length > 0) return { ...about, text: JSON.stringify({ answers }) }
      return { ...about, text: schema === undefined ? `v${version} ${text}` : JSON.stringify(fitting(schema, text)) }
    },
  }
  return { asked, serving }
}

/** An object with the properties that a schema asks for. */
function fitting(schema: unknown, text: string): object {
  const { properties = {} } = schema as { properties?: object }
  return Object.fromEntries(Object.keys(properties).map((name) => [name, `${name} of ${text}`]))
}

interface Stand {
  readonly build: () => PipelineInput
  readonly model: () => Model
  readonly rows: readonly string[]
  /** @default 2 */
  readonly concurrency?: number
}

const write = (folder: Folder, rows: readonly string[]): void =>
  writeFileSync(
    join(folder.path, 'questions.jsonl'),
    rows.map((text, n) => `{"n":${n % 7},"text":"${text}"}\n`).join(''),
  )

async function runIn(folder: Folder, { build, model, concurrency = 2 }: Stand, settings: RunSettings = {}) {
  const { asked, serving } = model()
  const project = projectOf(folder.path, serving, { cache: false, concurrency })
  const [unfinished] = await project.unfinishedRuns()
  try {
    const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
    return { asked, report: (await project.run(build(), { ...settings, ...resume })) as RunReport }
  } finally {
    await project.dispose()
  }
}

/** What an undisturbed run gives. */
async function undisturbed(stand: Stand) {
  const folder = new Folder()
  write(folder, stand.rows)
  folder.settleTimes()
  return { ...(await runIn(folder, stand)), result: folder.result() }
}

/** The folders that a run leaves if it ends at each of its named places. */
async function crashesOf(stand: Stand) {
  const whole = new Folder()
  write(whole, stand.rows)
  whole.settleTimes()
  const crashes: { readonly place: string; readonly folder: Folder; readonly asked: readonly string[] }[] = []
  const { asked, serving } = stand.model()
  let last = ''
  installFailpoints((place) => {
    // Nothing has changed between the two; before the lease, there is no run, and after the report, it is done.
    if (
      place !== 'report-written' &&
      place !== 'lease-linked' &&
      !(place === 'calls-synced' && last === 'calls-written')
    )
      crashes.push({ place, folder: Folder.after(whole.path), asked: [...asked] })
    last = place
  })
  await runIn(whole, { ...stand, model: () => ({ asked, serving }) })
  installFailpoints(undefined)
  // Evenly spread: other tests resume after every place.
  const step = process.env.EVERY_PLACE === undefined ? Math.ceil(crashes.length / 6) : 1
  return crashes.filter((_, index) => index % step === step - 1)
}

const sums = ({ counts, steps }: RunReport) =>
  [counts, ...steps.map((step) => step.counts)].map(
    ({ rowsIn, created, rowsOut, rejected, dropped, merged }) =>
      rowsIn + created - rowsOut - rejected - dropped - merged,
  )

const countsOf = ({ counts, steps }: RunReport) => [counts, ...steps.map((step) => [step.id, step.counts])]

/**
 * Ends a run at each place, changes something, and resumes it.
 *
 * @returns for each place what was asked before and after it
 */
async function compare(before: Stand, after: Stand = before) {
  const expected = await undisturbed(after)
  const pairs: { readonly place: string; readonly asked: readonly string[]; readonly again: readonly string[] }[] = []
  for (const [index, { place, folder, asked }] of (await crashesOf(before)).entries()) {
    if (after.rows !== before.rows) write(folder, after.rows)
    const where = `failpoint ${index}, ${place}`
    const { report, asked: again } = await runIn(folder, after)
    expect(folder.result(), where).toEqual(expected.result)
    expect(
      sums(report).every((sum) => sum === 0),
      where,
    ).toBe(true)
    if (after === before) expect(settled(report), where).toEqual(settled(expected.report))
    // What was spent before the change counts too.
    else expect(countsOf(report), where).toEqual(countsOf(expected.report))
    pairs.push({ place, asked, again })
  }
  expect(pairs.length).toBeGreaterThan(3)
  return pairs
}

/** @param options Of the step that asks. */
const asking =
  (options: object = {}, size = 2) =>
  (): PipelineInput =>
    pipeline('asking')
      .read('fs.file', { path: 'questions.jsonl', columns: { n: 'integer', text: 'string' } })
      .filter((row, { drop }) => Number(row.n) !== 5 || drop('a five'), { id: 'choose' })
      .step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer', ...options } as never, { id: 'ask' })
      .mapBatches((rows) => rows.map((row) => ({ ...row, length: String(row.text).length })), { id: 'batches', size })
      .map(
        (row) => {
          if ((row as { n?: number }).n === 3) throw new Error('a three')
          return row
        },
        { id: 'refuse' },
      )
      .write('fs.file', { path: 'answers.jsonl' })

const texts = Array.from({ length: 10 }, (_, n) => `row ${n}`)
const plain: Stand = { build: asking(), model: echoing, rows: texts }
const seldom = { timeout: 60_000 }

test('rows that are identical are told apart', seldom, async () => {
  await compare({ ...plain, rows: ['same', 'same', 'other', 'same', 'same', 'other', 'same', 'same'] })
})

/** The number of answers that the run of a folder has on record. */
function recordedIn(folder: Folder): number {
  const calls = join(folder.path, '.maestro/runs', folder.runs[0] ?? '', 'calls')
  const segments = existsSync(calls) ? readdirSync(calls) : []
  return segments.flatMap((name) => readFileSync(join(calls, name), 'latin1').match(/"key":/g) ?? []).length
}

test('a slow first row costs nothing that was finished before it', seldom, async () => {
  const rows = texts.slice(0, 7)
  const model = () => {
    const others = Promise.withResolvers<void>()
    return echoing({
      before: async (text) => {
        if (text === 'row 0') await others.promise
      },
      // One row is dropped before it is asked about.
      answered: (count) => {
        if (count === rows.length - 2) others.resolve()
      },
    })
  }
  const slow: Stand = { ...plain, model, concurrency: 12, rows }
  const expected = await undisturbed(slow)
  const known = (await crashesOf(slow)).map(({ folder, place }) => ({ folder, place, answers: recordedIn(folder) }))
  expect(Math.max(...known.map(({ answers }) => answers))).toBeGreaterThan(4)
  for (const { folder, place, answers } of known) {
    const { asked: again } = await runIn(folder, { ...slow, model: echoing })
    expect(folder.result(), place).toEqual(expected.result)
    expect(again.length, place).toBe(rows.length - 1 - answers)
  }
})

test('calls that hold several rows are cut in the middle', seldom, async () => {
  const packed = { ...plain, build: asking({ rowsPerCall: 4 }) }
  // How many rows share a call depends on when they arrive, so the number of calls is not compared.
  await compare(packed, { ...packed })
})

test('a model whose alias has moved answers anew, and the old answers are not mixed in', seldom, async () => {
  await compare(plain, { ...plain, model: () => echoing({ version: 2 }) })
})

test('a changed schema, prompt, number of rows per call, or batch size takes effect everywhere', seldom, async () => {
  const schema = (name: string) => asking({ schema: z.object({ [name]: z.string() }) })
  await compare({ ...plain, build: schema('title') }, { ...plain, build: schema('summary') })
  await compare(plain, { ...plain, build: asking({ prompt: prompt('Please: {{text}}') }) })
  await compare({ ...plain, build: asking({ rowsPerCall: 4 }) }, { ...plain, build: asking({ rowsPerCall: 3 }) })
  await compare(plain, { ...plain, build: asking({}, 3) })
})

test.each([
  ['inserted at the beginning', (rows: readonly string[]) => ['new', ...rows]],
  ['inserted in the middle', (rows: readonly string[]) => rows.toSpliced(4, 0, 'new')],
  ['added at the end', (rows: readonly string[]) => [...rows, 'new']],
  ['removed', (rows: readonly string[]) => rows.toSpliced(2, 1)],
  ['edited to a text of the same length', (rows: readonly string[]) => rows.with(1, 'row X')],
  ['moved', (rows: readonly string[]) => rows.toReversed()],
  ['doubled', (rows: readonly string[]) => rows.flatMap((row) => [row, row])],
])('a row of the input that was %s between kill and resume costs only what is new', seldom, async (_, change) => {
  const rows = change(texts)
  const pairs = await compare(plain, { ...plain, rows })
  const last = pairs.at(-1)
  expect(last?.again.filter((text) => last.asked.includes(text))).toEqual([])
})

type Step = 'choose' | 'ask' | 'count' | 'refuse'

/** Steps in an order, each under the id that it is given. */
const stepsOf = (steps: readonly (readonly [Step, string])[]) => (): PipelineInput =>
  steps
    .reduce(
      (rows, [step, id]) => {
        if (step === 'choose') return rows.filter((row) => Number(row.n) !== 5, { id }) as typeof rows
        if (step === 'ask')
          return rows.step('ai.generate', { prompt: prompt('{{text}}'), output: 'answer' }, { id }) as never
        if (step === 'count') return rows.map((row) => ({ ...row, count: Object.keys(row).length }), { id }) as never
        return rows.map(
          (row) => {
            if (row.n === 3) throw new Error('a three')
            return row
          },
          { id },
        ) as never
      },
      pipeline('asking').read('fs.file', { path: 'questions.jsonl', columns: { n: 'integer', text: 'string' } }),
    )
    .write('fs.file', { path: 'answers.jsonl' })

const original = [
  ['choose', 'a'],
  ['ask', 'b'],
  ['count', 'c'],
] as const

test.each([
  ['inserted', [...original.slice(0, 1), ['refuse', 'new'], ...original.slice(1)]],
  ['removed', original.slice(1)],
  [
    'renamed',
    [
      ['choose', 'a'],
      ['ask', 'other'],
      ['count', 'c'],
    ],
  ],
  [
    'changed places',
    [
      ['ask', 'b'],
      ['choose', 'a'],
      ['count', 'c'],
    ],
  ],
  [
    'changed ids',
    [
      ['choose', 'b'],
      ['ask', 'a'],
      ['count', 'c'],
    ],
  ],
] as const)('steps that were %s between kill and resume', seldom, async (_, steps) => {
  await compare({ ...plain, build: stepsOf(original) }, { ...plain, build: stepsOf(steps) })
})

test('another time zone and another language change nothing', seldom, async () => {
  const { TZ, LANG } = process.env
  const expected = await undisturbed(plain)
  Object.assign(process.env, { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' })
  try {
    for (const { folder, place } of await crashesOf(plain)) {
      Object.assign(process.env, { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8' })
      const { report } = await runIn(folder, plain)
      expect(folder.result(), place).toEqual(expected.result)
      expect(settled(report), place).toEqual(settled(expected.report))
    }
  } finally {
    for (const [name, value] of Object.entries({ TZ, LANG }))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
})

test('a clock that goes back changes nothing', seldom, async () => {
  const expected = await undisturbed(plain)
  for (const { folder, place } of await crashesOf(plain)) {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-02-03T04:05:06Z') })
    const { report } = await runIn(folder, plain)
    vi.useRealTimers()
    expect(folder.result(), place).toEqual(expected.result)
    expect(settled(report), place).toEqual(settled(expected.report))
    expect(report.durationMs, place).toBeGreaterThanOrEqual(0)
  }
})
