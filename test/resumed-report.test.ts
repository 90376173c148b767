import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin, type SourceProgressEvent } from '@maestro-dataflow/core'
import { findRun, installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { brokenQuestions, losing } from './durability/partitions.js'
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

/** Runs or resumes the pipeline, and follows its progress. */
async function runIn(folder: Folder, paths: readonly string[]) {
  const progress: SourceProgressEvent[] = []
  const watching = definePlugin({
    name: 'watching',
    observe: (hooks) => hooks.sourceProgress((event) => void progress.push(event)),
  })
  const project = projectOf(
    folder.path,
    countingModel(() => undefined),
    { cache: false },
    [watching],
  )
  const [unfinished] = await project.unfinishedRuns()
  const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
  const report = await project.run(losing(paths), resume)
  await project.dispose()
  const record = await findRun(join(folder.path, '.maestro'))
  const facts = new Map<string, number>()
  for (const { fact } of record.ledger.facts()) {
    const name = 'step' in fact ? `${fact.kind} in ${fact.step}` : fact.kind
    facts.set(name, (facts.get(name) ?? 0) + 1)
  }
  const { output } = JSON.parse(readFileSync(join(record.directory, 'samples.json'), 'utf8'))
  return { report, progress, facts: Object.fromEntries([...facts].sort()), output }
}

test.each([
  ['a file that goes on', ['answers.jsonl']],
  ['a file that is written again', ['answers.jsonl.gz']],
])('the ledger, the samples, and the progress of a resumed run are those of a whole one: %s', async (_, paths) => {
  const whole = new Folder(brokenQuestions(rows))
  const crashes: Folder[] = []
  installFailpoints((place) => {
    if (place === 'progress-renamed') crashes.push(Folder.after(whole.path))
  })
  const expected = await runIn(whole, paths)
  installFailpoints(undefined)
  expect(crashes.length).toBeGreaterThan(3)
  const total = expected.report.counts.rowsIn
  expect(Object.keys(expected.facts).length).toBeGreaterThan(3)
  for (const [index, crashed] of crashes.entries()) {
    const { report, progress, facts, output } = await runIn(crashed, paths)
    expect(facts, `partition ${index}`).toEqual(expected.facts)
    expect(output, `partition ${index}`).toEqual(expected.output)
    expect(report.counts).toEqual(expected.report.counts)
    // What was done before counts as done.
    expect(progress[0]?.rows).toBeGreaterThanOrEqual(5 * (index + 1))
    expect(progress.map((event) => event.rows)).toEqual(progress.map((event) => event.rows).sort((a, b) => a - b))
    expect(progress.at(-1)).toMatchObject({ rows: total, done: true })
  }
})
