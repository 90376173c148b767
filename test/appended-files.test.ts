// A run that adds rows to a file and ends right after the file was replaced, before it can note that.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints } from '@maestro-dataflow/core/runtime'
import { afterEach, expect, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { countingModel, projectOf, questions } from './durability/questions.js'

afterEach(() => installFailpoints(undefined))

/** Adds rows to a file, or resumes the run that does. */
async function append({ path: directory }: Folder, path: string, rows: number, mark = 'new'): Promise<void> {
  const model = countingModel(() => undefined)
  const project = projectOf(directory, model, { cache: false })
  const [unfinished] = await project.unfinishedRuns()
  const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
  const appending = pipeline('appending')
    .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
    .filter((row) => Number(row.row) < rows, { version: String(rows) })
    .map((row) => ({ ...row, mark }), { version: mark, columns: { adds: { mark: 'string' } } })
    .write('fs.file', { path, mode: 'append' })
  await project.run(appending, resume)
  await project.dispose()
}

const bytesOf = ({ path }: Folder, name: string) => readFileSync(join(path, name)).toString('latin1')

test.each([
  ['answers.jsonl', true],
  ['answers.csv', false],
  ['answers.jsonl.gz', true],
  ['answers.parquet', true],
])('rows are added to %s once (there is one before: %s)', async (path, isThere) => {
  const whole = new Folder(questions(4))
  const crashes: Folder[] = []
  if (isThere) await append(whole, path, 2, 'old')
  installFailpoints((place) => {
    if (place === 'sink-committed') crashes.push(Folder.after(whole.path))
  })
  await append(whole, path, 4)
  installFailpoints(undefined)
  const expected = bytesOf(whole, path)
  const [crashed, changed] = [crashes[0] as Folder, Folder.after((crashes[0] as Folder).path)]
  expect(bytesOf(crashed, path)).toBe(expected)
  // The process ends in the same place again while it resumes.
  installFailpoints((place) => {
    if (place === 'sink-committed') crashes.push(Folder.after(crashed.path))
  })
  await append(crashed, path, 4)
  installFailpoints(undefined)
  await append(crashes[1] as Folder, path, 4)
  expect(crashes.map((folder) => bytesOf(folder, path))).toEqual([expected, expected])
  // Rows that have changed between kill and resume take the place of those of the first process.
  const other = new Folder(questions(4))
  if (isThere) await append(other, path, 2, 'old')
  await append(other, path, 3, 'changed')
  await append(changed, path, 3, 'changed')
  expect(bytesOf(changed, path)).toBe(bytesOf(other, path))
  // A later run adds its rows behind them.
  await append(crashed, path, 1, 'later')
  await append(whole, path, 1, 'later')
  expect(bytesOf(crashed, path)).toBe(bytesOf(whole, path))
})

test('a file that somebody has edited after the rows were added is refused, and stays as it is', async () => {
  const whole = new Folder(questions(4))
  let crashed: Folder | undefined
  await append(whole, 'answers.jsonl', 2, 'old')
  installFailpoints((place) => {
    if (place === 'sink-committed') crashed = Folder.after(whole.path)
  })
  await append(whole, 'answers.jsonl', 4)
  installFailpoints(undefined)
  const folder = crashed as unknown as Folder
  appendFileSync(join(folder.path, 'answers.jsonl'), '{"row":99}\n')
  const edited = bytesOf(folder, 'answers.jsonl')
  const error = await append(folder, 'answers.jsonl', 4).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MAESTRO_FS_APPEND', message: expect.stringContaining('has been changed since') })
  expect(bytesOf(folder, 'answers.jsonl')).toBe(edited)
})
