import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineExecutor, definePlugin, defineStorage, pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileSink } from '../__fixtures__/wrong-parts/right-file-sink.js'
import { silentExecutors, wrongExecutors } from '../__fixtures__/wrong-parts/wrong-executors.js'
import { wrongSinks } from '../__fixtures__/wrong-parts/wrong-sinks.js'

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
