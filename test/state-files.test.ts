// Every file of an unfinished run is cut or changed in its middle: the run is resumed right, or refused in words. Smaller runs
// are damaged at every byte (test/durability/damage-files.ts).
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MaestroError, pipeline, prompt } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { countingModel, questions } from './durability/questions.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

/** A stage that asks a model, a table stage, and a stage whose sinks commit each of its partitions. */
const pipelineOf = () =>
  pipeline('answers')
    .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
    .map(
      (row) => {
        if (row.row === 3) throw new Error('row 3 is refused')
        return row
      },
      { id: 'check', columns: { reads: ['row'] } },
    )
    .step('ai.generate', { prompt: prompt('{{question}}'), output: 'answer' }, { id: 'ask' })
    .step('table.sort', { by: [{ column: 'row', descending: true }] }, { id: 'sort' })
    .map((row) => ({ ...row, length: String(row.answer).length }), {
      id: 'measure',
      columns: { adds: { length: 'integer' } },
    })
    .filter((row, { drop }) => row.row !== 7 || drop('a seven'), { id: 'choose' })
    .write('db.table', {
      connection: { client: 'sqlite', path: 'answers.db' },
      table: 'answers',
      mode: 'append',
      commit: 'partition',
    })
    .write('fs.file', { path: 'answers.jsonl' })

async function runIn({ path }: Folder): Promise<void> {
  const project = maestro({
    directory: path,
    plugins: [fs, ai, table, db],
    servings: { default: countingModel(() => undefined) },
    cache: false,
    run: { rowsInFlight: 1 },
    logLevel: 'silent',
  })
  try {
    await project.assertNewestReadable('answers')
    const [unfinished] = await project.unfinishedRuns()
    await project.run(pipelineOf(), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  } finally {
    await project.dispose()
  }
}

/** What a run has left for its users. */
function leftIn(folder: Folder) {
  const database = new DatabaseSync(join(folder.path, 'answers.db'))
  const rows = database.prepare('SELECT * FROM answers ORDER BY rowid').all()
  database.close()
  return { rows: rows.map((row) => ({ ...row })), file: folder.read('answers.jsonl') }
}

/** The files of the run, and the hidden files of its outputs. A damaged lease is taken over after ten seconds of silence. */
const stateFiles = (folder: Folder) =>
  readdirSync(folder.path, { recursive: true })
    .map(String)
    .filter(
      (name) => /(^|\/)\.maestro/.test(name) && !name.includes('/lease/') && statSync(join(folder.path, name)).isFile(),
    )

test.each([
  ['while the first stage works', 'progress-renamed', 1],
  ['after the transaction of a partition ended, before its note counts', 'partition-settled', 2],
] as const)('each file of a run that ended %s may be cut and changed', { timeout: 120_000 }, async (_, at, passage) => {
  const whole = new Folder(questions(14))
  let crashed: Folder | undefined
  let passed = 0
  installFailpoints((place) => {
    if (place === at && passed++ === passage) crashed = Folder.after(whole.path)
  })
  await runIn(whole)
  installFailpoints(undefined)
  const expected = leftIn(whole)
  if (crashed === undefined) throw new Error(`${at} was not reached`)
  const outcomes: string[] = []
  for (const [index, name] of stateFiles(crashed).entries()) {
    const content = readFileSync(join(crashed.path, name))
    const how = (index + passage) % 2 === 0 ? 'cut' : 'changed'
    const place = Math.floor(content.length / 2)
    const folder = Folder.after(crashed.path)
    const changed = Buffer.from(content)
    if (content.length > 0) changed[place] = (changed[place] as number) ^ 1
    writeFileSync(join(folder.path, name), how === 'cut' ? content.subarray(0, place) : changed)
    const where = `${name}, ${how} at byte ${place}`
    const error = await runIn(folder).catch((thrown: unknown) => thrown)
    if (error === undefined) expect(leftIn(folder), where).toEqual(expected)
    else if (!MaestroError.is(error)) throw new Error(where, { cause: error })
    else outcomes.push(`${where}: ${error.code} ${error.message}`)
  }
  for (const outcome of outcomes) expect(outcome).toMatch(/ cannot be resumed: /)
})
