// A run is killed, and resumed with other sinks: each of them has all rows, and nothing is left of the others.
import { readdirSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { countingModel, projectOf, questions } from './durability/questions.js'

async function runIn({ path: directory }: Folder, outputs: readonly string[]): Promise<void> {
  const model = countingModel(() => undefined)
  const project = projectOf(directory, model, { cache: false })
  const [unfinished] = await project.unfinishedRuns()
  const rows = pipeline('rows').read('fs.file', {
    path: 'questions.jsonl',
    columns: { row: 'integer', question: 'string' },
  })
  const written = outputs.reduce((written, path) => written.write('fs.file', { path }), rows)
  await project.run(written, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  await project.dispose()
}

/** The folder as a process leaves it that has committed two partitions. */
async function killed(outputs: readonly string[]): Promise<Folder> {
  const restoreSize = setPartitionSize({ rows: 3, milliseconds: 1e9 })
  onTestFinished(() => {
    restoreSize()
    installFailpoints(undefined)
  })
  const whole = new Folder(questions(11))
  let crashed: Folder | undefined
  let passed = 0
  installFailpoints((place) => {
    if (place === 'progress-renamed' && ++passed === 2) crashed = Folder.after(whole.path)
  })
  await runIn(whole, outputs)
  installFailpoints(undefined)
  if (crashed === undefined) throw new Error('No second partition was committed')
  return crashed
}

test.each([
  ['added', ['a.jsonl'], ['a.jsonl', 'b.csv']],
  ['added before the others', ['a.jsonl'], ['b.csv', 'a.jsonl']],
  ['removed', ['a.jsonl', 'b.csv'], ['a.jsonl']],
  ['moved', ['a.jsonl'], ['c.jsonl']],
  ['changed places', ['a.jsonl', 'b.csv'], ['b.csv', 'a.jsonl']],
])('a sink that was %s between kill and resume', async (_, before, after) => {
  const folder = await killed(before)
  await runIn(folder, after)
  const expected = new Folder(questions(11))
  await runIn(expected, after)
  expect(readdirSync(folder.path).sort()).toEqual(readdirSync(expected.path).sort())
  expect(after.map((path) => folder.read(path))).toEqual(after.map((path) => expected.read(path)))
})
