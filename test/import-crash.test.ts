import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportRows, findRun, importRows, installFailpoints } from '@maestro-dataflow/core/runtime'
import { afterEach, expect, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { answers, countingModel, projectOf, questions } from './durability/questions.js'

afterEach(() => installFailpoints(undefined))

const open = (folder: Folder) =>
  projectOf(
    folder.path,
    countingModel(() => undefined),
    { cache: false },
  )

async function resumed(folder: Folder, from?: string) {
  const project = open(folder)
  const [unfinished] = await project.unfinishedRuns()
  const report = await project.run(answers(), { resume: { run: unfinished?.runId ?? '', from } })
  await project.dispose()
  const { rowsIn, created, rowsOut, dropped, merged, rejected } = report.counts
  expect(rowsIn + created).toBe(rowsOut + dropped + merged + rejected)
  return folder.read('answers.jsonl')
}

test('an import that a crash ends at any place leaves the rows before it or the edited ones, and the run goes on', async () => {
  const folder = new Folder(questions(8))
  const project = open(folder)
  await project.run(answers(), { until: 'ask' })
  await project.dispose()
  const untouched = Folder.after(folder.path)
  const path = join(folder.path, 'edit.jsonl')
  const record = await findRun(join(folder.path, '.maestro'))
  await exportRows(record, 'ask', path)
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  const edited = lines.map((line) => line.replace('answer 5', 'edited')).filter((line) => !line.includes('row 1?'))
  writeFileSync(path, `${edited.join('\n')}\n`)
  const crashes: { readonly place: string; readonly copy: Folder }[] = []
  installFailpoints((place) => crashes.push({ place, copy: Folder.after(folder.path) }))
  expect(await importRows(record, 'ask', path)).toMatchObject({ changed: 1, removed: 1 })
  installFailpoints(undefined)
  const before = await resumed(untouched)
  const after = await resumed(folder)
  expect([before.includes('edited'), after.includes('edited')]).toEqual([false, true])
  expect(crashes.map(({ place }) => place)).toContain('receipt-renamed')
  const outcomes = []
  for (const { place, copy } of crashes) {
    const output = await resumed(copy)
    expect([before, after], place).toContain(output)
    outcomes.push(output === after)
  }
  // The receipt decides.
  expect(outcomes.indexOf(true)).toBe(crashes.findIndex(({ place }) => place === 'receipt-renamed'))
})

test('edits are not lost in silence when something before them has changed', async () => {
  const folder = new Folder(questions(8))
  const project = open(folder)
  await project.run(answers(), { until: 'ask' })
  await project.dispose()
  const path = join(folder.path, 'edit.jsonl')
  const record = await findRun(join(folder.path, '.maestro'))
  await exportRows(record, 'ask', path)
  writeFileSync(path, readFileSync(path, 'utf8').replace('answer 5', 'edited'))
  await importRows(record, 'ask', path)
  const before = folder.read('questions.jsonl')
  folder.change('questions.jsonl', (text) => text.replace('row 1?', 'row one?'))
  await expect(resumed(folder)).rejects.toMatchObject({
    code: 'MAESTRO_RUN_EDITS_LOST',
    message: expect.stringContaining('the rows of ask were edited by hand'),
  })
  // The edits are still there, and come back with the input.
  const kept = Folder.after(folder.path)
  writeFileSync(join(kept.path, 'questions.jsonl'), before)
  kept.settleTimes()
  expect(await resumed(kept)).toContain('edited')
  expect(await resumed(folder, 'ask')).not.toContain('edited')
})
