import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Row } from '../contracts/row.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { MapOperator } from '../operator/map.js'
import { expectSums, numbers, RunFolder } from './__fixtures__/run-folder.js'

const folder = new RunFolder()

/** A step with its own class that records when it is disposed. */
function freed(log: string[], fails = false) {
  class Same extends MapOperator {
    override map(row: Row): Row {
      return row
    }
    override dispose(): void {
      log.push('freed')
      if (fails) throw new TypeError('stays')
    }
  }
  return defineOperator({ name: 'same', kind: 'map', options: z.object({}), create: () => new Same() })
}

describe('outputs', () => {
  const three = (
    fail: Readonly<Record<string, 'open' | 'write' | 'commit' | 'abort'>>,
    last = (row: { n: number }) => row,
  ) =>
    pipeline('p')
      .from(numbers(3))
      .write('memory.sink', { name: 'a', ...(fail.a === undefined ? {} : { fail: fail.a }) })
      .map((row) => row)
      .write('memory.sink', { name: 'b', ...(fail.b === undefined ? {} : { fail: fail.b }) })
      .map(last)
      .write('memory.sink', { name: 'c', ...(fail.c === undefined ? {} : { fail: fail.c }) })

  test.each(['open', 'write'] as const)(
    'a sink that fails at %s in a later stage undoes those of earlier ones',
    async (moment) => {
      const error = await folder
        .project()
        .run(three({ b: moment }))
        .catch((caught) => caught)
      expect(error).toMatchObject({
        code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE',
        details: { path: 'memory.sink', reason: expect.stringContaining('the sink') },
        report: { status: 'failed', sinks: [] },
      })
      expect(folder.states()).toEqual(moment === 'open' ? { a: 'aborted' } : { a: 'aborted', b: 'aborted' })
    },
  )

  test('a later stage that fails undoes all', async () => {
    const fails = () => {
      throw new RangeError('all of them')
    }
    await expect(folder.project().run(three({}, fails))).rejects.toMatchObject({ code: 'MAESTRO_RUN_ALL_FAILED' })
    expect(folder.states()).toEqual({ a: 'aborted', b: 'aborted', c: 'aborted' })
  })

  test('a commit that fails: those before it are there and named, it and those after it are not', async () => {
    const error = await folder
      .project()
      .run(three({ b: 'commit' }))
      .catch((caught) => caught)
    expect(error).toMatchObject({
      code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE',
      report: { sinks: [{ location: 'a', rows: 3 }] },
    })
    expect(folder.states()).toEqual({ a: 'committed', b: 'aborted', c: 'aborted' })
    expect(folder.runLines('events.jsonl').filter(({ event }) => event === 'sink-done')).toMatchObject([
      { location: 'a' },
    ])
  })

  test('a part that fails to clean up neither hides the cause nor stops the others from cleaning up', async () => {
    const fails = () => {
      throw new RangeError('the reason')
    }
    await expect(folder.project().run(three({ a: 'abort' }, fails))).rejects.toThrow(/the reason/)
    expect(folder.states()).toEqual({ a: 'open', b: 'aborted', c: 'aborted' })
    expect(JSON.parse(folder.runFile('report.json'))).toMatchObject({ status: 'failed' })
  })

  test('none is aborted while it still writes', async () => {
    const log: string[] = []
    let slow = Promise.withResolvers<void>()
    const steps = pipeline('p')
      .from(function* () {
        yield* numbers(3000)
        throw new TypeError('the source is gone')
      })
      .write('memory.sink', {
        name: 'a',
        async at(moment) {
          log.push(moment)
          if (moment !== 'write') return
          slow = Promise.withResolvers<void>()
          setTimeout(slow.resolve, 5)
          await slow.promise
          log.push('written')
        },
      })
    await expect(folder.project().run(steps)).rejects.toMatchObject({ code: 'MAESTRO_STORAGE_READ' })
    expect(log.slice(-2)).toEqual(['written', 'abort'])
  })
})

test('a source that throws midway is an error that names it; outputs stay as they were', async () => {
  const steps = pipeline('p')
    .from(async function* () {
      yield* numbers(5)
      throw new TypeError('the disk is gone')
    })
    .write('memory.sink', { name: 'out' })
  await expect(folder.project().run(steps)).rejects.toMatchObject({
    code: 'MAESTRO_STORAGE_READ',
    details: { location: 'rows', reason: 'the disk is gone' },
    report: { status: 'failed', counts: { rowsIn: 5 } },
  })
  expect(folder.states()).toEqual({ out: 'aborted' })
})

test('operators that the run made are freed, and one that will not go undoes nothing', async () => {
  const log: string[] = []
  const steps = pipeline('p')
    .from(numbers(2))
    .step(freed(log, true), {})
    .step(freed(log), {})
    .write('memory.sink', { name: 'out' })
  const report = await folder.project().run(steps)
  expect(report.status).toBe('done')
  expect(log).toEqual(['freed', 'freed'])
  expect(folder.states()).toEqual({ out: 'committed' })
})

describe('a full disk', () => {
  /** Simulates a full disk for every file of this name in the run folder. */
  const fullDisk = (path: string) =>
    definePlugin({
      name: 'full-disk',
      manifest: { apiVersion: 1, contributes: {} },
      apply: (hooks) =>
        hooks.runStart.tap('full-disk', ({ directory = '' }) => {
          mkdirSync(join(directory, path, '..'), { recursive: true })
          symlinkSync('/dev/full', join(directory, path))
        }),
    })
  const steps = pipeline('p')
    .from(numbers(3))
    .map((row) => {
      if (row.n === 1) throw new RangeError('one')
      return row
    })
    .write('memory.sink', { name: 'a' })
    .map((row) => row)
    .write('memory.sink', { name: 'b' })
  const full = { code: 'MAESTRO_RUN_STATE', details: { reason: expect.stringContaining('ENOSPC') } }

  test.each(['stages/0-function/part-00000.jsonl.tmp', 'rejects.jsonl'])(
    'where %s is: a typed error, no output',
    async (path) => {
      await expect(folder.project({}, [fullDisk(path)]).run(steps)).rejects.toMatchObject(full)
      expect(Object.values(folder.states())).not.toContain('committed')
      expect(JSON.parse(folder.runFile('report.json'))).toMatchObject({
        status: 'failed',
        error: { code: 'MAESTRO_RUN_STATE' },
      })
    },
  )

  test('when the outputs are there already, the run is done', async () => {
    const late = definePlugin({
      name: 'late',
      manifest: { apiVersion: 1, contributes: {} },
      apply: (hooks) =>
        hooks.stepDone.tap('late', () => {
          // The report cannot be moved to its final place.
          const [run = ''] = folder.runs()
          mkdirSync(join(folder.path, '.maestro/runs', run, 'report.json'), { recursive: true })
        }),
    })
    const report = await folder.project({}, [late]).run(steps)
    expect(report).toMatchObject({ status: 'done', counts: { rejected: 1 } })
    expect(folder.states()).toEqual({ a: 'committed', b: 'committed' })
    expectSums(report)
  })
})

describe('the run folder', () => {
  const copy = pipeline('copy').from(numbers(3)).write('memory.sink', { name: 'out' })

  test('of the run that has just ended stays, whatever the clock says', async () => {
    const project = folder.project({}, [], { keepRuns: 1 })
    const first = await project.run(copy)
    const later = join(folder.path, '.maestro/runs/29990101-000000000-copy-0000')
    mkdirSync(later)
    symlinkSync(join(folder.path, '.maestro/runs', first.runId, 'report.json'), join(later, 'report.json'))
    const second = await project.run(copy)
    expect(folder.runs()).toEqual([second.runId])
  })

  test('a row with values that JSON lacks can be rejected, and is described', async () => {
    const loop: Record<string, unknown> = { n: 1 }
    loop.self = loop
    const odd = { big: 10n, bytes: new Uint8Array(3), missing: undefined, text: '\ud800', nan: Number.NaN }
    await folder.project().run(
      pipeline('p')
        .from([{ ok: true }, loop, odd])
        .map((row) => {
          if (!('ok' in row)) throw new RangeError('no')
          return row
        })
        .write('memory.sink', { name: 'out' }),
    )
    const [circular, plain] = folder.runLines('rejects.jsonl')
    expect(circular).toMatchObject({ id: 'rows:2', row: expect.stringContaining('Circular') })
    expect(plain).toMatchObject({ id: 'rows:3', row: { big: '10', bytes: '[3 bytes]', text: '\ud800', nan: 'NaN' } })
  })

  test('holds these files and no other; rejects.jsonl when there are rejects, step files when they are asked for', async () => {
    const report = await folder.project().run(copy)
    expect(readdirSync(report.directory ?? '').sort()).toEqual([
      'events.jsonl',
      'lease',
      'ledger.bin',
      'plan.json',
      'report.json',
      'run.json',
      'samples.json',
    ])
    const steps = pipeline('p')
      .from([7, ...numbers(3)] as { n: number }[])
      .write('memory.sink', { name: 'a' })
      .map((row) => row)
      .write('memory.sink', { name: 'b' })
    const other = await folder.project().run(steps, { keepStepFiles: true })
    expect(readdirSync(other.directory ?? '', { recursive: true }).sort()).toEqual([
      'events.jsonl',
      'lease',
      'lease/000001',
      'ledger.bin',
      'plan.json',
      'rejects.jsonl',
      'report.json',
      'run.json',
      'samples.json',
      'stages',
      'stages/0-source',
      'stages/0-source/part-00000.jsonl',
      'stages/0-source/receipt.json',
    ])
  })
})
