import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LLMRequest, RunReport } from '@maestro-dataflow/core'
import { installFailpoints } from '@maestro-dataflow/core/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answers, countingModel, projectOf, questions } from './durability/questions.js'

/** A project folder with questions. */
class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'maestro-durability-'))

  constructor(rows: number) {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
    writeFileSync(join(this.path, 'questions.jsonl'), questions(rows))
  }

  /** The folder as a process that ends now leaves it: nothing that was written is lost, and its lease has no owner. */
  static after(crashed: string): Folder {
    const folder = new Folder(0)
    cpSync(crashed, folder.path, { recursive: true, preserveTimestamps: true })
    for (const run of folder.runs) {
      const lease = join(folder.path, '.maestro/runs', run, 'lease')
      for (const number of existsSync(lease) ? readdirSync(lease) : []) {
        const path = join(lease, number)
        writeFileSync(path, readFileSync(path, 'utf8').replace(/"started":"\d+"/, '"started":"1"'))
      }
    }
    return folder
  }

  get runs(): readonly string[] {
    const runs = join(this.path, '.maestro/runs')
    return existsSync(runs) ? readdirSync(runs).sort() : []
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8')
  }

  /** What is left of a run: the output, no hidden file, the rejected rows, and the names of the run's files. */
  result(): Readonly<Record<string, unknown>> {
    const run = join('.maestro/runs', this.runs.at(-1) ?? '')
    const files = readdirSync(join(this.path, run), { recursive: true }).filter(
      (name) => !String(name).includes('lease'),
    )
    return {
      output: this.read('answers.jsonl'),
      files: readdirSync(this.path).sort(),
      rejects: this.read(join(run, 'rejects.jsonl')),
      runFiles: files.sort(),
    }
  }
}

/** A report without names, times, and learnt limits. */
const settled = (report: RunReport) => {
  const { runId: _, startedAt: __, durationMs: ___, directory: ____, servings, ...rest } = report
  return { ...rest, servings: servings.map(({ serving, usage }) => ({ serving, usage })) }
}

/** Runs the pipeline in this process, or resumes it. */
async function runIn(folder: Folder, cache: boolean): Promise<{ report: RunReport; asked: readonly number[] }> {
  const asked: number[] = []
  const project = projectOf(
    folder.path,
    countingModel((row: number) => asked.push(row)),
    { cache },
  )
  const [unfinished] = await project.unfinishedRuns()
  const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
  const report = await project.run(answers(), resume)
  await project.dispose()
  return { report, asked }
}

describe.each([
  ['with the response cache', true],
  ['with cache: false', false],
] as const)('%s', (_, cache) => {
  test('a run that ends at any failpoint goes on as if nothing had happened', async () => {
    const rows = 6
    const whole = new Folder(rows)
    const crashes: { readonly place: string; readonly folder: Folder; readonly asked: readonly number[] }[] = []
    const asked: number[] = []
    installFailpoints((place) => crashes.push({ place, folder: Folder.after(whole.path), asked: [...asked] }))
    const project = projectOf(
      whole.path,
      countingModel((row: number) => asked.push(row)),
      { cache },
    )
    const expected: RunReport = await project.run(answers())
    await project.dispose()
    installFailpoints(undefined)
    expect(asked).toHaveLength(rows - 1)
    expect([...new Set(crashes.map(({ place }) => place))].sort()).toEqual([
      'calls-synced',
      'calls-written',
      'lease-linked',
      'receipt-renamed',
      'receipt-synced',
      'report-written',
      'sink-committed',
      'sink-state-renamed',
      'sink-state-synced',
      'step-file-renamed',
      'step-file-synced',
    ])
    for (const [index, { place, folder, asked: before }] of crashes.entries()) {
      const where = `failpoint ${index}, ${place}`
      // The run is done; its report was the last thing to write.
      if (place === 'report-written') continue
      const again = await runIn(folder, cache)
      expect(folder.result(), where).toEqual(whole.result())
      expect(settled(again.report), where).toEqual(settled(expected))
      const paidTwice = again.asked.filter((row) => before.includes(row))
      // Written is enough for a process that ends; one call at a time is in progress.
      expect(paidTwice, where).toEqual([])
    }
  })

  test('a run that crashes again while it resumes goes on too', async () => {
    const first = new Folder(6)
    let folders: Folder[] = [first]
    for (let depth = 0; depth < 3; depth++) {
      const from = folders[Math.floor(folders.length / 2)] as Folder
      folders = []
      installFailpoints(() => folders.push(Folder.after(from.path)))
      await runIn(from, cache)
      installFailpoints(undefined)
      if (folders.length < 2) break
    }
    const whole = first.result()
    for (const folder of folders.slice(0, -1)) {
      await runIn(folder, cache)
      expect(folder.result()).toEqual(whole)
    }
  })

  test('a process that is killed again and again loses nothing, and pays for no answer on record twice', async () => {
    const rows = 40
    const concurrency = 4
    const whole = new Folder(rows)
    await runIn(whole, cache)
    const folder = new Folder(rows)
    const answered: number[] = []
    let report: RunReport | undefined
    let kills = 0
    for (; report === undefined; kills++) {
      const enough = answered.length + 6 + kills * 3
      const child = start({ folder: folder.path, cache, concurrency })
      report = await readLines(child, (word, rest) => {
        if (word === 'answered') answered.push(Number(rest))
        if (answered.length >= enough) child.kill('SIGKILL')
      })
    }
    expect(kills).toBeGreaterThan(2)
    expect(folder.result()).toEqual(whole.result())
    expect(report.counts).toMatchObject({ rowsIn: rows, rowsOut: rows - 1, rejected: 1 })
    expect(new Set(answered).size).toBe(rows - 1)
    // At most the answers that were on their way at a kill.
    expect(answered.length - (rows - 1)).toBeLessThanOrEqual((kills - 1) * concurrency)
  })
})

test('of two processes that resume one run, one does it, and the other is told who', async () => {
  const folder = new Folder(6)
  const model = countingModel(() => undefined)
  const refused: unknown[] = []
  let second: Promise<unknown> | undefined
  const generate = async (request: LLMRequest) => {
    // While this process asks its first question, another one tries to resume the run.
    second ??= readLines(start({ folder: folder.path, cache: false }), (word, rest) => {
      if (word === 'error') refused.push(JSON.parse(rest))
    })
    expect(await second).toBeUndefined()
    return model.generate(request)
  }
  const project = projectOf(folder.path, { ...model, generate }, { cache: false })
  const report: RunReport = await project.run(answers())
  await project.dispose()
  expect(refused).toMatchObject([{ code: 'MAESTRO_RUN_HELD', details: { run: report.runId, pid: process.pid } }])
  expect(folder.runs).toHaveLength(1)
})

function start(options: object): ChildProcess {
  const script = join(import.meta.dirname, 'durability', 'process.js')
  return spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Reads what a process prints. @returns its report, if it has reached its end */
async function readLines(
  child: ChildProcess,
  line: (word: string, rest: string) => void,
): Promise<RunReport | undefined> {
  let text = ''
  let report: RunReport | undefined
  const closed = once(child, 'close')
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = lines.pop() ?? ''
    for (const whole of lines) {
      const at = whole.indexOf(' ')
      const [word, rest] = [whole.slice(0, at), whole.slice(at + 1)]
      if (word === 'report') report = JSON.parse(rest) as RunReport
      else line(word, rest)
    }
  })
  await closed
  return report
}
