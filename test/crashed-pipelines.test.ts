// Pipelines of several shapes, each ended at its named places: the resumed run gives the same files and the same report, and
// tells the same about each row.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  defineOperator,
  type LLMServing,
  type PipelineInput,
  pipeline,
  prompt,
  type RunReport,
} from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { accountsOf, differenceOf, noDifference } from './durability/accounts.js'
import { Folder, settled } from './durability/folder.js'
import { countingModel, projectOf, questions } from './durability/questions.js'

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

const read = () =>
  pipeline('shapes').read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })

const ask = { prompt: prompt('{{question}}'), output: 'answer' } as const

const choose = defineOperator({
  name: 'choose',
  kind: 'filter',
  options: {},
  create:
    () =>
    (row, { drop }) =>
      Number(row.row) % 5 !== 2 || drop('a two'),
})
const refuse = defineOperator({
  name: 'refuse',
  kind: 'map',
  options: {},
  create: () => (row) => {
    if (row.row === 6) throw new Error('a six')
    return { ...row, even: true }
  },
})
const double = defineOperator({
  name: 'double',
  kind: 'flatMap',
  options: {},
  create: () => (row) => [row, { ...row, second: true }],
})

const shapes: Readonly<Record<string, () => PipelineInput>> = {
  'conditions of row steps': () =>
    read()
      .step(choose, {}, { id: 'choose', where: { row: { min: 4 } } })
      .step('ai.generate', ask, { id: 'ask', where: { row: { oneOf: [1, 2, 4, 6, 8, 11] } } })
      .step(refuse, {}, { id: 'refuse', where: (row) => Number(row.row) % 2 === 0 })
      .step(double, {}, { id: 'double', where: (row) => Number(row.row) % 3 === 0 })
      .step(choose, {}, { id: 'again', where: { second: true } })
      .write('fs.file', { path: 'answers.jsonl' }),
  'answers that do not match their schema': () =>
    read()
      .step('ai.generate', ask, { id: 'ask' })
      .step(
        'ai.generate',
        { ...ask, schema: z.object({ data: z.string() }) },
        { id: 'data', where: { row: { oneOf: [2, 4, 9] } } },
      )
      .write('fs.file', { path: 'answers.jsonl' }),
  'conditions of steps over whole tables': () =>
    read()
      .step('ai.generate', ask, { id: 'ask', where: { row: { max: 3 } } })
      .step('table.sort', { by: [{ column: 'row', descending: true }] }, { id: 'sort', where: { row: { min: 2 } } })
      .step('table.dedupe', { by: ['answer'] }, { id: 'unique', where: { row: { min: 2, max: 9 } } })
      .map((row) => ({ ...row, last: true }), { id: 'last' })
      .write('fs.file', { path: 'answers.jsonl' }),
  'branches with steps and outputs of their own': () =>
    read()
      .step('ai.generate', ask, { id: 'ask' })
      .write('fs.file', { path: 'answers.jsonl' })
      .branch((rows) =>
        rows
          .filter((row) => Number(row.row) % 3 === 0, { id: 'thirds' })
          .write('fs.file', { path: 'thirds.csv', columns: ['row', 'answer'] }),
      )
      .branch((rows) =>
        rows
          .step('table.sort', { by: [{ column: 'row', descending: true }] }, { id: 'sort' })
          .write('fs.file', { path: 'sorted.jsonl' }),
      )
      .step('table.aggregate', { by: [], values: { answers: 'count(*)' } }, { id: 'count' })
      .write('fs.file', { path: 'count.json' }),
  'a file for each value of a column, Parquet, Excel, and Arrow': () =>
    read()
      .step('ai.generate', ask, { id: 'ask' })
      .map((row) => ({ ...row, third: `t${Number(row.row) % 3}` }), { columns: { adds: { third: 'string' } } })
      .write('fs.file', { path: 'parts/rows.jsonl', partitionBy: ['third'] })
      .write('fs.file', { path: 'rows.parquet' })
      .write('fs.file', { path: 'rows.xlsx' })
      .write('fs.file', { path: 'rows.arrow' }),
}

async function runIn({ path }: Folder, build: () => PipelineInput, asked: number[] = []): Promise<RunReport> {
  const model = countingModel((row: number) => asked.push(row))
  const serving: LLMServing = {
    ...model,
    // Of the answers that should be data, only that of row 4 is.
    async generate(request, options) {
      const result = await model.generate(request, options)
      const isData = JSON.stringify(request.messages).includes('schema')
      return isData && result.text === 'answer 4' ? { ...result, text: '{"data":"four"}' } : result
    },
  }
  const project = projectOf(path, serving, { cache: false })
  try {
    const [unfinished] = await project.unfinishedRuns()
    return await project.run(build(), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  } finally {
    await project.dispose()
  }
}

/** The files of a folder outside the run, with their bytes. */
function filesOf({ path }: Folder) {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('/.maestro/') && !entry.parentPath.endsWith('/.maestro'),
  )
  const named = files.map((file) => [file.parentPath.slice(path.length), file.name] as const)
  return named
    .map(([folder, name]) => [join(folder, name), readFileSync(join(path, folder, name)).toString('latin1')] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

test.each(Object.entries(shapes))(
  '%s: a run that ends at any place goes on as if nothing had happened',
  async (_, build) => {
    const whole = new Folder(questions(13))
    const crashes: { readonly place: string; readonly folder: Folder; readonly asked: readonly number[] }[] = []
    const asked: number[] = []
    installFailpoints((place) => {
      // After the report, the run is done.
      if (place !== 'report-written') crashes.push({ place, folder: Folder.after(whole.path), asked: [...asked] })
    })
    const expected = await runIn(whole, build, asked)
    installFailpoints(undefined)
    const [files, accounts] = [filesOf(whole), await accountsOf(whole)]
    expect(crashes.length).toBeGreaterThan(10)
    // Other tests resume after every place.
    const step = process.env.EVERY_PLACE === undefined ? Math.ceil(crashes.length / 6) : 1
    for (const [index, { place, folder, asked: before }] of crashes.entries()) {
      if (index % step !== step - 1) continue
      const where = `failpoint ${index}, ${place}`
      const again: number[] = []
      const report = await runIn(folder, build, again)
      expect(filesOf(folder), where).toEqual(files)
      expect(settled(report), where).toEqual(settled(expected))
      // One call at a time is in progress, and it is written before the next one.
      expect(before.length + again.length, where).toBe(asked.length)
      expect(await accountsOf(folder), where).toEqual(accounts)
      expect(await differenceOf(whole, folder), where).toEqual(noDifference)
    }
  },
)
