// A run is resumed in a folder, and under a name, whose characters take several bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { countingModel, projectOf, questions } from './durability/questions.js'

test.each([
  ['a folder whose name is not ASCII', "Ünïcode 文件 \u{1F600} it's", 'rows'],
  ['a long name of characters outside the plane of most texts', 'plain', '\u{1D538}'.repeat(90)],
  ['a name that decomposes', 'e\u0301te\u0301', 'e\u0301te\u0301'],
])('a run goes on in %s', async (_, name, title) => {
  const restoreSize = setPartitionSize({ rows: 2, milliseconds: 1e9 })
  onTestFinished(() => {
    restoreSize()
    installFailpoints(undefined)
  })
  const made: unknown[] = []
  const run = async (directory: string) => {
    const project = projectOf(
      directory,
      countingModel(() => undefined),
      { cache: false },
    )
    const [unfinished] = await project.unfinishedRuns()
    const rows = pipeline(title)
      .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
      .map((row) => {
        made.push(row.row)
        return row
      })
      .write('fs.file', { path: `${name}.jsonl` })
    await project.run(rows, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
    await project.dispose()
    return readFileSync(join(directory, `${name}.jsonl`), 'utf8')
  }
  const whole = new Folder()
  const directory = join(whole.path, name)
  mkdirSync(directory)
  writeFileSync(join(directory, 'questions.jsonl'), questions(6))
  whole.settleTimes()
  let crashed: Folder | undefined
  let passed = 0
  installFailpoints((place) => {
    if (place === 'progress-renamed' && ++passed === 2) crashed = Folder.after(whole.path, name)
  })
  const expected = await run(directory)
  installFailpoints(undefined)
  made.length = 0
  expect(await run(join((crashed as unknown as Folder).path, name))).toBe(expected)
  expect(made).toEqual([4, 5])
})
