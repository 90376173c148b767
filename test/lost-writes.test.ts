import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folder, settled } from './durability/folder.js'
import { brokenQuestions, losing } from './durability/partitions.js'
import { countingModel, projectOf } from './durability/questions.js'
import { followSyncs } from './durability/synced-files.js'

const rows = 24
const paths = ['answers.jsonl', 'answers.jsonl.gz']

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 5, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

async function runIn(folder: Folder) {
  const asked: number[] = []
  const project = projectOf(
    folder.path,
    countingModel((row: number) => asked.push(row)),
    { cache: false },
  )
  const [unfinished] = await project.unfinishedRuns()
  try {
    const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
    return { report: await project.run(losing(paths), resume), asked }
  } finally {
    await project.dispose()
  }
}

/** Files that a run needs for nothing but reading about it. */
const isReport = /(events\.jsonl|plan\.json|samples\.json|lease\/\d+)$/

test.each([
  ['forgets', false],
  ['tears', true],
])('a disk that %s what was not synced costs no row, and no answer that was on it', async (_, isTorn) => {
  const whole = new Folder(brokenQuestions(rows))
  const { files, stop } = await followSyncs()
  const crashes: { readonly place: string; readonly folder: Folder; readonly forgotten: number }[] = []
  installFailpoints((place) => {
    const folder = Folder.after(whole.path)
    const survives = (path: string) => path.endsWith('questions.jsonl') || isReport.test(path)
    crashes.push({ place, folder, forgotten: files.forget(whole.path, folder.path, isTorn, survives) })
  })
  const expected = await runIn(whole).finally(stop)
  installFailpoints(undefined)
  expect(crashes.filter(({ forgotten }) => forgotten > 0).length).toBeGreaterThan(10)
  for (const [index, { place, folder }] of crashes.entries()) {
    const where = `failpoint ${index}, ${place}`
    // The outputs are there; only the report may be lost.
    if (place === 'report-written') continue
    const again = await runIn(folder)
    expect(folder.result(paths), where).toEqual(whole.result(paths))
    expect(settled(again.report), where).toEqual(settled(expected.report))
    const onRecord = crashes.slice(0, index).filter((crash) => crash.place === 'calls-synced').length
    expect(again.asked.length, where).toBeLessThanOrEqual(expected.asked.length - Math.max(0, onRecord - 1))
  }
})
