import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineExecutor, definePlugin, defineSink, defineStorage, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fileSink } from '../__fixtures__/wrong-parts/right-file-sink.js'
import { silentExecutors, wrongExecutors } from '../__fixtures__/wrong-parts/wrong-executors.js'
import { misshapenSinks, wrongSinks } from '../__fixtures__/wrong-parts/wrong-sinks.js'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maestro-wrong-'))
  writeFileSync(join(directory, 'out.txt'), 'good')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
const output = () => readFileSync(join(directory, 'out.txt'), 'utf8')
const three = () => pipeline('p').from([{ n: 0 }, { n: 1 }, { n: 2 }])

describe.each(wrongExecutors)('an executor that $fault', ({ part, code }) => {
  test('fails the run, and an existing output stays', async () => {
    const executors = [defineExecutor({ name: 'wrong', create: () => part })]
    const plugins = [definePlugin({ name: 'wrong', executors, storages: [fileSink(directory)] })]
    const project = maestro({ plugins, directory, logLevel: 'silent', executor: 'wrong' as never })
    const run = project.run(three().write('wrong.file' as never, {} as never))
    await expect(run).rejects.toMatchObject({ code, report: { status: 'failed', sinks: [] } })
    expect(output()).toBe('good')
  })
})

describe.each(silentExecutors)('an executor that $fault', ({ part }) => {
  test('fails the run with the failure of the partition, and an existing output stays', async () => {
    const executors = [defineExecutor({ name: 'wrong', create: () => part })]
    const plugins = [definePlugin({ name: 'wrong', executors, storages: [fileSink(directory)] })]
    const project = maestro({ plugins, directory, logLevel: 'silent', executor: 'wrong' as never })
    const failing = three().map(
      (row) => {
        if (row.n === 1) throw new TypeError('this one')
        return row
      },
      { onError: 'fail' },
    )
    const run = project.run(failing.write('wrong.file' as never, {} as never))
    await expect(run).rejects.toMatchObject({
      code: 'MAESTRO_STEP_FAILED',
      message: expect.stringContaining('this one'),
    })
    expect(output()).toBe('good')
  })
})

describe.each(wrongSinks)('a sink that $fault', ({ part, code }) => {
  test('fails the run and is named, and an output beside it stays', async () => {
    const storages = [fileSink(directory), defineStorage({ name: 'wrong.sink', sink: part })]
    const project = maestro({ plugins: [definePlugin({ name: 'wrong', storages })], directory, logLevel: 'silent' })
    const both = three()
      .write('wrong.file' as never, {} as never)
      .write('wrong.sink' as never, {} as never, { id: 'culprit' })
    await expect(project.run(both)).rejects.toMatchObject({
      code,
      step: 'culprit',
      message: expect.stringMatching(/culprit.*wrong\.sink.*3 rows/),
      report: { status: 'failed', sinks: [] },
    })
    expect(output()).toBe('good')
  })
})

describe.each(misshapenSinks)('a sink that $fault', ({ part, code }) => {
  test('fails the run and is named, and an output beside it stays', async () => {
    const storages = [fileSink(directory), defineStorage({ name: 'wrong.sink', sink: part })]
    const project = maestro({ plugins: [definePlugin({ name: 'wrong', storages })], directory, logLevel: 'silent' })
    const both = three()
      .write('wrong.file' as never, {} as never)
      .write('wrong.sink' as never, {} as never, { id: 'culprit' })
    await expect(project.run(both)).rejects.toMatchObject({
      code,
      step: 'culprit',
      message: expect.stringContaining('The sink culprit (wrong.sink)'),
      report: { status: 'failed', sinks: [] },
    })
    expect(output()).toBe('good')
  })
})

test('a row that a sink refuses with an error of its own kind is a reject with the reason', async () => {
  const refused = [{ id: 'rows:2', row: { n: 1 }, error: new Error('too odd') }]
  const sink = defineSink({
    options: z.object({}),
    open: () => ({
      write: () => undefined,
      refused: (last: boolean) => (last ? refused : []) as never,
      commit: async () => ({ rows: 2, location: 'memory' }),
      abort: async () => undefined,
    }),
  })
  const storages = [defineStorage({ name: 'wrong.sink', sink })]
  const project = maestro({
    plugins: [definePlugin({ name: 'wrong', storages })],
    directory,
    logLevel: 'silent',
    run: { maxRejects: 1 },
  })
  const report = await project.run(three().write('wrong.sink' as never, {} as never))
  expect(report.rejects).toMatchObject([{ rowId: 'rows:2', message: 'rows:2: too odd' }])
})
