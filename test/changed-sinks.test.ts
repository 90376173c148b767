// A run is killed, and resumed with other sinks: each of them has all rows, and nothing is left of the others.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin, defineSink, defineStorage, MaestroError, pipeline } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import { expect, onTestFinished, test, vi } from 'vitest'
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

test('an output that was committed and removed by hand before the resume is written again', async () => {
  const outputs = ['a.jsonl', 'b.csv', 'c.jsonl.gz']
  const whole = new Folder(questions(5))
  const crashes: Folder[] = []
  onTestFinished(() => installFailpoints(undefined))
  installFailpoints((place) => {
    if (place === 'sink-state-renamed') crashes.push(Folder.after(whole.path))
  })
  await runIn(whole, outputs)
  installFailpoints(undefined)
  const contents = (folder: Folder) => outputs.map((path) => folder.read(path))
  const removed = crashes.flatMap((folder) =>
    outputs.filter((path) => existsSync(join(folder.path, path))).map((path) => [folder, path] as const),
  )
  // Each of the three commits is noted before and after it.
  expect([crashes.length, removed.length]).toEqual([6, 9])
  for (const [crashed, path] of removed) {
    const folder = Folder.after(crashed.path)
    rmSync(join(folder.path, path))
    await runIn(folder, outputs)
    expect(contents(folder), path).toEqual(contents(whole))
    expect(readdirSync(folder.path).sort(), path).toEqual(readdirSync(whole.path).sort())
  }
})

/** Sinks of which the last cannot commit at first. @returns what the resumed run warned of */
async function resumedAfter(change: (folder: Folder) => void) {
  const folder = new Folder(questions(5))
  let isReady = false
  const failing = defineSink({
    options: {},
    open: () => ({
      // Who does not say how many rows it holds commits first.
      rowsWritten: 5,
      write: () => undefined,
      commit: async () => {
        if (!isReady) throw new Error('not yet')
        return { rows: 5, location: 'late' }
      },
      abort: async () => undefined,
    }),
    target: () => 'late',
  })
  const late = definePlugin({ name: 'late', storages: [defineStorage({ name: 'late.rows', sink: failing })] })
  const lines: string[] = []
  const printed = vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  onTestFinished(() => printed.mockRestore())
  const run = async () => {
    const project = maestro({ directory: folder.path, plugins: [fs, late], logLevel: 'warn' })
    const [unfinished] = await project.unfinishedRuns()
    const rows = pipeline('rows')
      .read('fs.file', { path: 'questions.jsonl' })
      .write('fs.file', { path: 'a.jsonl' })
      .write('fs.file', { path: 'by/{row}.jsonl' })
      .write('late.rows' as never, {} as never)
    try {
      await project.run(rows, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
    } finally {
      await project.dispose()
    }
  }
  const error = await run().catch((thrown: unknown) => thrown)
  expect([MaestroError.is(error), folder.read('a.jsonl').split('\n').length]).toEqual([true, 6])
  change(folder)
  isReady = true
  lines.length = 0
  await run()
  return { folder, warnings: lines.filter((line) => line.includes('was changed after the run had written it')) }
}

test('an output that was committed and edited by hand before the resume stays, and the run says so', async () => {
  expect((await resumedAfter(() => undefined)).warnings).toEqual([])
  for (const path of ['a.jsonl', 'by/3.jsonl']) {
    const { folder, warnings } = await resumedAfter((folder) =>
      folder.change(path, (text) => text.replace('What', 'Who')),
    )
    expect(warnings).toEqual([expect.stringContaining(`output=${path === 'a.jsonl' ? path : 'by'}`)])
    expect(folder.read(path)).toContain('Who of row')
  }
})

test('a file of many that was removed by hand before the resume is written again with the others', async () => {
  const run = async ({ path: directory }: Folder) => {
    const project = projectOf(
      directory,
      countingModel(() => undefined),
      { cache: false },
    )
    const [unfinished] = await project.unfinishedRuns()
    const rows = pipeline('rows')
      .read('fs.file', { path: 'questions.jsonl', columns: { row: 'integer', question: 'string' } })
      .map((row) => ({ ...row, half: Number(row.row) < 3 ? 'low' : 'high' }), { columns: { adds: { half: 'string' } } })
      .write('fs.file', { path: 'out/{half}.jsonl' })
    await project.run(rows, unfinished === undefined ? {} : { resume: { run: unfinished.runId } })
    await project.dispose()
  }
  const whole = new Folder(questions(5))
  let crashed: Folder | undefined
  onTestFinished(() => installFailpoints(undefined))
  installFailpoints((place) => {
    if (place === 'sink-state-renamed') crashed = Folder.after(whole.path)
  })
  await run(whole)
  installFailpoints(undefined)
  const contents = (folder: Folder) => ['out/low.jsonl', 'out/high.jsonl'].map((path) => folder.read(path))
  for (const path of ['out/low.jsonl', 'out/high.jsonl']) {
    const folder = Folder.after((crashed as unknown as Folder).path)
    rmSync(join(folder.path, path))
    await run(folder)
    expect(contents(folder)).toEqual(contents(whole))
  }
})
