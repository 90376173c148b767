// What a resumed run notices of a file whose middle was changed while its size and its time stayed the same.
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import type { StageDecision } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { countingModel, projectOf } from './durability/questions.js'

const rows = 400
const lines = (middle: string) =>
  Array.from({ length: rows }, (_, n) => `{"n":${n},"text":"${n === 200 ? middle : 'x'.repeat(800)}"}\n`).join('')
const [before, after] = ['a'.repeat(800), 'b'.repeat(800)]

function write(folder: Folder, middle: string, seconds = 1): void {
  const path = join(folder.path, 'rows.jsonl')
  writeFileSync(path, lines(middle))
  utimesSync(path, seconds, seconds)
}

/** Runs the pipeline until its first step, or resumes it. @returns why its first stage runs again */
async function runIn({ path }: Folder, fullHash?: boolean): Promise<string | undefined> {
  const project = projectOf(
    path,
    countingModel(() => undefined),
    { cache: false },
  )
  let decisions: readonly StageDecision[] = []
  const reading = pipeline('reading')
    .read('fs.file', { path: 'rows.jsonl', columns: { n: 'integer', text: 'string' } })
    .map((row) => ({ ...row, first: String(row.text)[0] }), { id: 'first', columns: { adds: { first: 'string' } } })
    .map(({ n, first }) => ({ n, first }), { id: 'second' })
    .write('fs.file', { path: 'out.jsonl' })
  const [unfinished] = await project.unfinishedRuns()
  const hashed = fullHash === undefined ? {} : { fullHash }
  if (unfinished === undefined) await project.run(reading, { until: 'first', ...hashed })
  else
    await project.run(reading, {
      resume: { run: unfinished.runId, ...hashed },
      onResume: (made) => {
        decisions = made
      },
    })
  await project.dispose()
  return decisions[0]?.reason
}

const middleOf = (folder: Folder) => JSON.parse(folder.read('out.jsonl').split('\n')[200] ?? '').first

test('a run that began with a full hash notices the change, and only that', async () => {
  const [changed, touched] = [new Folder(), new Folder()]
  for (const folder of [changed, touched]) {
    write(folder, before)
    await runIn(folder, true)
  }
  write(changed, after)
  expect(await runIn(changed)).toMatch(/rows\.jsonl changed$/)
  expect(middleOf(changed)).toBe('b')
  // The same content with another time is the same file.
  write(touched, before, 99)
  expect(await runIn(touched)).toBeUndefined()
  expect(middleOf(touched)).toBe('a')
})

test('a run that began without one does not notice it, and reads the file again if it is resumed with one', async () => {
  const [unnoticed, again] = [new Folder(), new Folder()]
  for (const folder of [unnoticed, again]) {
    write(folder, before)
    await runIn(folder)
    write(folder, after)
  }
  expect(await runIn(unnoticed)).toBeUndefined()
  expect(middleOf(unnoticed)).toBe('a')
  expect(await runIn(again, true)).toMatch(/rows\.jsonl changed$/)
  expect(middleOf(again)).toBe('b')
})
