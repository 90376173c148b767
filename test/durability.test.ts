import type { LLMRequest, RunReport } from '@maestro-dataflow/core'
import { installFailpoints } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { accountsOf, differenceOf, noDifference } from './durability/accounts.js'
import { Folder, settled } from './durability/folder.js'
import { readLines, start } from './durability/process.js'
import { answers, countingModel, projectOf, questions } from './durability/questions.js'

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
  test('a run that ends at any failpoint goes on as if nothing had happened, and tells the same about each row', async () => {
    const rows = 6
    const whole = new Folder(questions(rows))
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
    const accounts = await accountsOf(whole)
    expect(Object.keys(accounts.why)).toHaveLength(rows)
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
      expect(await accountsOf(folder), where).toEqual(accounts)
      expect(await differenceOf(whole, folder), where).toEqual(noDifference)
      const paidTwice = again.asked.filter((row) => before.includes(row))
      // Written is enough for a process that ends; one call at a time is in progress.
      expect(paidTwice, where).toEqual([])
    }
  })

  test('a run that crashes again while it resumes goes on too', async () => {
    const first = new Folder(questions(6))
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
    const whole = new Folder(questions(rows))
    await runIn(whole, cache)
    const folder = new Folder(questions(rows))
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
    expect(await accountsOf(folder)).toEqual(await accountsOf(whole))
    expect(report.counts).toMatchObject({ rowsIn: rows, rowsOut: rows - 1, rejected: 1 })
    expect(new Set(answered).size).toBe(rows - 1)
    // At most the answers that were on their way at a kill.
    expect(answered.length - (rows - 1)).toBeLessThanOrEqual((kills - 1) * concurrency)
  })
})

test('of two processes that resume one run, one continues it, and the other names the first', async () => {
  const folder = new Folder(questions(6))
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
