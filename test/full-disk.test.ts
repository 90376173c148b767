// A run that cannot write its state or its outputs ends in words, and goes on when it can.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MaestroError } from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Folder } from './durability/folder.js'
import { brokenQuestions, losing } from './durability/partitions.js'
import { countingModel, projectOf } from './durability/questions.js'

const paths = ['answers.jsonl', 'answers.jsonl.gz']
const rows = 24
const script = join(import.meta.dirname, 'durability/run-in-process.js')

async function runIn({ path }: Folder): Promise<void> {
  const restoreSize = setPartitionSize({ rows: 4, milliseconds: 1e9 })
  const model = countingModel(() => undefined)
  const project = projectOf(path, model, { cache: false })
  try {
    const [unfinished] = await project.unfinishedRuns()
    await project.run(losing(paths), unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
  } finally {
    restoreSize()
    await project.dispose()
  }
}

if (process.platform !== 'win32')
  test.each([
    ['the progress of a partition', 10, /progress\.json|plan\.json/],
    ['the record of a call', 13, /\d\.calls|progress\.json/],
  ])('a disk that is full when %s is written', { timeout: 60_000 }, async (_, blocks, message) => {
    const whole = new Folder(brokenQuestions(rows))
    await runIn(whole)
    const folder = new Folder(brokenQuestions(rows))
    const options = { folder: folder.path, cache: false, concurrency: 1, partitionRows: 4, latencyMs: 0 }
    // No file may have more blocks of 512 bytes.
    const limited = `ulimit -f ${blocks} && exec "$0" "$1" "$2"`
    const parameters = ['-c', limited, process.execPath, script, JSON.stringify(options)]
    const { stdout } = spawnSync('sh', parameters, { encoding: 'utf8' })
    const error = JSON.parse(/^error (.*)$/m.exec(stdout)?.[1] ?? '{}') as { code?: string; message?: string }
    expect(error).toMatchObject({ code: 'MAESTRO_RUN_STATE', message: expect.stringMatching(message) })
    expect(error.message).toContain('EFBIG')
    await runIn(folder)
    expect(folder.result(paths)).toEqual(whole.result(paths))
  })

test.each([
  'plan.json.tmp',
  'calls/000002.calls',
  'stages/0-function+function+function+ai.generate+function/progress.json.tmp',
])('a run folder in which %s cannot be written', async (name) => {
  const whole = new Folder(brokenQuestions(rows))
  let crashed: Folder | undefined
  let passed = 0
  installFailpoints((place) => {
    if (place === 'progress-renamed' && ++passed === 3) crashed = Folder.after(whole.path)
  })
  onTestFinished(() => installFailpoints(undefined))
  await runIn(whole)
  installFailpoints(undefined)
  const folder = crashed as Folder
  // A folder stands where the file has to be.
  const path = join(folder.path, '.maestro/runs', folder.runs[0] ?? '', name)
  rmSync(path, { force: true })
  mkdirSync(path)
  const error = await runIn(folder).catch((thrown: unknown) => thrown)
  expect(MaestroError.is(error, 'MAESTRO_RUN_STATE') && error.message).toContain('cannot be used')
  rmdirSync(path)
  await runIn(folder)
  expect(folder.result(paths)).toEqual(whole.result(paths))
})
