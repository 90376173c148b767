import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MaestroError, RunReport } from '@maestro-dataflow/core'
import {
  installFailpoints,
  pruneFinishedRuns,
  type StageDecision,
  setPartitionSize,
} from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountsOf, differenceOf, noDifference } from './durability/accounts.js'
import { Folder, settled } from './durability/folder.js'
import { brokenQuestions, losing } from './durability/partitions.js'
import { readLines, start } from './durability/process.js'
import { countingModel, projectOf } from './durability/questions.js'

const rows = 24

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 5, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

interface Outcome {
  readonly report: RunReport
  readonly asked: readonly number[]
  readonly measured: readonly number[]
  readonly decisions: readonly StageDecision[]
}

/** Runs the pipeline in this process, or resumes it. */
async function runIn(folder: Folder, paths: readonly string[], cache: boolean): Promise<Outcome> {
  const asked: number[] = []
  const measured: number[] = []
  let decisions: readonly StageDecision[] = []
  const project = projectOf(
    folder.path,
    countingModel((row: number) => asked.push(row)),
    { cache },
  )
  const [unfinished] = await project.unfinishedRuns()
  const onResume = (made: readonly StageDecision[]) => {
    decisions = made
  }
  try {
    const report = await project.run(
      losing(paths, (row: number) => measured.push(row)),
      unfinished === undefined ? {} : { resume: { run: unfinished.runId }, onResume },
    )
    return { report, asked, measured, decisions }
  } finally {
    await project.dispose()
  }
}

interface Crash {
  readonly place: string
  readonly folder: Folder
}

/** Runs or resumes the pipeline, and copies the folder at every failpoint, as a crash there leaves it. */
async function crashesOf(folder: Folder, paths: readonly string[], cache: boolean) {
  const crashes: Crash[] = []
  installFailpoints((place) => crashes.push({ place, folder: Folder.after(folder.path) }))
  const outcome = await runIn(folder, paths, cache)
  installFailpoints(undefined)
  return { crashes, outcome }
}

describe.each([
  ['JSON lines, whose file goes on', ['answers.jsonl'], false],
  ['JSON lines, with the response cache', ['answers.jsonl'], true],
  ['CSV and a JSON list', ['answers.csv', 'answers.json'], false],
  ['a compressed file, which is written again', ['answers.jsonl.gz'], false],
  ['both kinds', ['answers.jsonl', 'answers.jsonl.gz'], true],
] as const)('a stage that writes %s', (_, paths, cache) => {
  test('goes on behind its last partition after a crash at any place, and gives the same', async () => {
    const whole = new Folder(brokenQuestions(rows))
    const { crashes, outcome } = await crashesOf(whole, paths, cache)
    const expected = whole.result(paths)
    const accounts = await accountsOf(whole)
    expect(crashes.filter(({ place }) => place === 'progress-renamed').length).toBeGreaterThan(3)
    let partitions = 0
    let previous = ''
    let commits = 0
    for (const [index, { place, folder }] of crashes.entries()) {
      const where = `failpoint ${index}, ${place}`
      if (place === 'progress-renamed') partitions++
      if (place === 'sink-committed') commits++
      // The run is done, or nothing has changed since the last place.
      if (place === 'report-written' || (place === 'calls-synced' && previous === 'calls-written')) continue
      previous = place
      const again = await runIn(folder, paths, cache)
      expect(folder.result(paths), where).toEqual(expected)
      expect(settled(again.report), where).toEqual(settled(outcome.report))
      expect(await accountsOf(folder), where).toEqual(accounts)
      expect(await differenceOf(whole, folder), where).toEqual(noDifference)
      // A file that has its name, with no note of the commit, is written again.
      if (index === 0 || commits > 0) continue
      const { progress } = again.decisions[0] as StageDecision
      // The commit may have ended while another failpoint was reached.
      expect([partitions, partitions + 1], where).toContain(progress?.partitions ?? 0)
      // The functions of committed rows do not run again.
      expect(again.measured.length, where).toBeLessThanOrEqual(outcome.measured.length - 3 * partitions)
    }
  })
})

/** What a stage has noted about its committed partitions. */
function progressIn(folder: Folder) {
  const [name = ''] = globSync('.maestro/runs/*/stages/*/progress.json', { cwd: folder.path })
  const { partitions, input, counts, rejects } = JSON.parse(folder.read(name)).content as StageProgress
  return { partitions, rows: input.rows, counts, rejects }
}

interface StageProgress {
  readonly partitions: number
  readonly input: { readonly rows: number }
  readonly counts: Readonly<Record<string, object>>
  readonly rejects: Readonly<Record<string, object>>
}

test('the progress that a resumed run notes counts what was done before', async () => {
  const committed = (crashes: readonly Crash[]) =>
    crashes.filter(({ place }) => place === 'progress-renamed').map(({ folder }) => ({ folder, ...progressIn(folder) }))
  const paths = ['answers.jsonl']
  const first = committed((await crashesOf(new Folder(brokenQuestions(rows)), paths, false)).crashes)
  expect(first.map(({ partitions }) => partitions)).toEqual(first.map((_, index) => index + 1))
  const resumed = committed((await crashesOf(first[1]?.folder as Folder, paths, false)).crashes)
  const noted = (all: typeof first) => all.map(({ folder: _, ...progress }) => progress)
  expect(noted(resumed)).toEqual(noted(first).slice(2))
})

test('a run that crashes again and again while it resumes gives the same', async () => {
  const paths = ['answers.jsonl', 'answers.jsonl.gz']
  const whole = new Folder(brokenQuestions(rows))
  let { crashes } = await crashesOf(whole, paths, false)
  const expected = whole.result(paths)
  for (let depth = 1; depth < 4 && crashes.length > 2; depth++) {
    const from = crashes[Math.floor(crashes.length / 3)] as Crash
    const next = await crashesOf(from.folder, paths, false)
    expect(from.folder.result(paths)).toEqual(expected)
    crashes = next.crashes.filter(({ place }) => place !== 'report-written')
    for (const [index, { place, folder }] of crashes.entries()) {
      if (index === Math.floor(crashes.length / 3)) continue
      await runIn(folder, paths, false)
      expect(folder.result(paths), place).toEqual(expected)
    }
  }
})

describe('the remains of a partition after a crash', () => {
  /** A run that was interrupted after some partitions, and what a whole run gives. */
  async function interrupted(paths: readonly string[]) {
    const whole = new Folder(brokenQuestions(rows))
    const { crashes } = await crashesOf(whole, paths, false)
    const committed = crashes.filter(({ place }) => place === 'progress-renamed')
    return { crashed: (committed[2] as Crash).folder, expected: whole.result(paths) }
  }

  test.each([
    ['its progress', 'answers.jsonl', /progress\.json$/, 25],
    ['the file of an output', 'answers.jsonl', /^\.maestro-\w+\.tmp$/, 25],
    ['the rows of the stage', 'answers.jsonl.gz', /part-00000\.jsonl\.tmp$/, 25],
    ['the rejected rows', 'answers.jsonl', /rejects\.jsonl$/, 25],
    ['the ledger', 'answers.jsonl', /ledger\.bin$/, 25],
  ])('may be cut or changed at any byte: %s', async (_, path, name, places) => {
    const { crashed, expected } = await interrupted([path])
    const files = readdirSync(crashed.path, { recursive: true }).map(String)
    const file = files.find((candidate) => name.test(candidate)) as string
    const content = readFileSync(join(crashed.path, file))
    for (let place = 0; place < places; place++) {
      const at = Math.floor((place * content.length) / places)
      const changed = Buffer.from(content)
      changed[at] = (changed[at] as number) ^ 1
      const folder = Folder.after(crashed.path)
      writeFileSync(join(folder.path, file), place % 2 === 0 ? changed : content.subarray(0, at))
      await runIn(folder, [path], false)
      expect(folder.result([path]), `byte ${at}`).toEqual(expected)
    }
  })
})

test('a run that fails leaves its committed rows for the next one, and they go with the run', async () => {
  const folder = new Folder(brokenQuestions(rows))
  const project = projectOf(
    folder.path,
    countingModel(() => undefined),
    { cache: false },
  )
  const stopped = new AbortController()
  const error = await project
    .run(
      losing(['answers.jsonl'], (row: number) => {
        if (row > 15) stopped.abort()
      }),
      { signal: stopped.signal },
    )
    .catch((thrown: MaestroError) => thrown)
  expect(error).toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  const hidden = () => readdirSync(folder.path).filter((name) => name.startsWith('.maestro-'))
  expect(hidden()).toHaveLength(1)
  const whole = new Folder(brokenQuestions(rows))
  await runIn(whole, ['answers.jsonl'], false)
  const copy = Folder.after(folder.path)
  const { measured, decisions } = await runIn(copy, ['answers.jsonl'], false)
  expect(copy.result()).toEqual(whole.result())
  expect(decisions[0]?.progress?.input.rows).toBeGreaterThan(4)
  expect(Math.min(...measured)).toBeGreaterThan(4)
  await pruneFinishedRuns(join(folder.path, '.maestro'), { startedBefore: '9999' })
  expect(hidden()).toEqual([])
  await project.dispose()
})

test('a process that is killed again and again loses, doubles, and misplaces no row', async () => {
  const paths = ['answers.jsonl', 'answers.jsonl.gz']
  const whole = new Folder(brokenQuestions(32))
  const expected = await runIn(whole, paths, false)
  const folder = new Folder(brokenQuestions(32))
  let report: RunReport | undefined
  let kills = 0
  for (; report === undefined; kills++) {
    let answered = 0
    const child = start({ folder: folder.path, cache: false, concurrency: 3, partitionRows: 4, latencyMs: 10 })
    report = await readLines(child, (word) => {
      if (word === 'answered' && ++answered >= 7) child.kill('SIGKILL')
    })
  }
  expect(kills).toBeGreaterThan(3)
  expect(folder.result(paths)).toEqual(whole.result(paths))
  const { counts, steps, usage } = settled(report)
  expect({ counts, steps, usage }).toEqual({
    counts: expected.report.counts,
    steps: expected.report.steps,
    usage: expected.report.usage,
  })
})
