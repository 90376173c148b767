import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf } from '../../__fixtures__/project-folder.js'
import { ask, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { RunReport } from '../../contracts/report.js'
import type { LLMServing } from '../../contracts/serving.js'
import type { MaestroConfig } from '../../define/maestro-config.js'
import { pipeline } from '../../define/pipeline.js'
import { maestroError } from '../../errors/error-table.js'
import type { RunSettings } from '../../run-settings.js'
import { expectSums, RunFolder } from '../__fixtures__/run-folder.js'
import type { StageDecision } from './decide-stages.js'
import { readRunState } from './run-state.js'

const folder = new RunFolder()
const texts = Array.from({ length: 8 }, (_, n) => ({ text: `text ${n}` }))

/** A model that answers until it has answered `stopAt` questions, and stops the run then. */
class CountingModel {
  readonly asked: string[] = []
  stop = new AbortController()
  stopAt = Number.POSITIVE_INFINITY
  refuse: (text: string) => boolean = () => false

  readonly serving: LLMServing = {
    kind: 'llm',
    name: 'counting',
    identity: { version: 1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    generate: async ({ messages }) => {
      const text = String(messages.at(-1)?.content)
      if (this.asked.length >= this.stopAt) {
        this.stop.abort()
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      this.asked.push(text)
      if (this.refuse(text)) throw maestroError('MAESTRO_SERVING_BAD_REQUEST', { serving: 'counting', reason: 'no' })
      const usage = { inputTokens: 3, outputTokens: 2 }
      return { text: `answer to ${text}`, finishReason: 'stop', usage, cost: 0.5, model: 'counting' }
    },
  }
}

function projectOf(model: CountingModel, more: MaestroConfig = {}) {
  const servings = { default: model.serving }
  return folder.project({ rowsInFlight: 1 }, [smallPlugin().plugin], { servings, ...more })
}

const asking = (change: (text: string) => string = (text) => text) =>
  pipeline('asking')
    .from(texts)
    .step(ask, {})
    .write('memory.sink', { name: 'answers' })
    .map((row) => ({ ...row, changed: change(String((row as { answer?: unknown }).answer)) }), { id: 'change' })
    .write('memory.sink', { name: 'changed' })

/** A report without what differs between two runs that do the same: names, times, and learnt limits. */
const settled = ({ runId: _, startedAt: __, durationMs: ___, directory: ____, servings, ...report }: RunReport) => ({
  ...report,
  servings: servings.map(({ serving, usage }) => ({ serving, usage })),
})

/** Stops a run in the middle. @returns its id */
async function interrupted(model: CountingModel, stopAt: number, settings: RunSettings = {}): Promise<string> {
  model.stop = new AbortController()
  model.stopAt = model.asked.length + stopAt
  const error = await errorOf(() => projectOf(model).run(asking(), { signal: model.stop.signal, ...settings }))
  model.stopAt = Number.POSITIVE_INFINITY
  expect(error.code).toBe('MAESTRO_RUN_ABORTED')
  return (error as unknown as { report: RunReport }).report.runId
}

describe.each([
  ['with the response cache', {}],
  ['with cache: false', { cache: false }],
] as const)('%s', (_, config) => {
  test('a run goes on where it was stopped: nothing is asked twice, and the report is that of a whole run', async () => {
    const whole = new CountingModel()
    const expected = await projectOf(whole, { ...config, stateDirectory: 'other' }).run(asking())
    const answers = folder.rowsOf('answers')
    const model = new CountingModel()
    const run = await interrupted(model, 3)
    const report = await projectOf(model, config).run(asking(), { resume: { run } })
    expect(report.runId).toBe(run)
    expect(new Set(model.asked).size).toBe(8)
    // The call that was in progress when the run was stopped has no answer on record.
    expect(model.asked.length).toBeLessThanOrEqual(9)
    expect(folder.rowsOf('answers')).toEqual(answers)
    expect(settled(report)).toEqual(settled(expected))
    expectSums(report)
  })
})

describe('stages', () => {
  /** Fails in the second stage. */
  const failing = () => {
    throw new Error('not yet')
  }

  async function failed(model: CountingModel): Promise<string> {
    const error = await errorOf(() => projectOf(model).run(asking(failing)))
    return (error as unknown as { report: RunReport }).report.runId
  }

  test('that have finished are reused, and a changed function redoes its stage only', async () => {
    const model = new CountingModel()
    const run = await failed(model)
    let decisions: readonly StageDecision[] = []
    const project = projectOf(model)
    const report = await project.run(asking(), { resume: { run }, onResume: (made) => void (decisions = made) })
    expect(decisions.map(({ receipt, reason }) => [receipt !== undefined, reason])).toEqual([
      [true, undefined],
      [false, undefined],
    ])
    expect(model.asked).toHaveLength(8)
    expect(report.status).toBe('done')
    expect(folder.rowsOf('changed').map((row) => row.changed)).toEqual(texts.map(({ text }) => `answer to ${text}`))
    expect(report.steps[0]?.usage).toMatchObject({ requests: 8, inputTokens: 24, cost: 4 })
    const events = folder.runLines('events.jsonl').map(({ event }) => event)
    expect(events).toContain('run-resumed')
    expect(events).toContain('stage-reused')
  })

  test('are redone when the input, the options, the serving or an earlier stage changed, and the reason is said', async () => {
    const reasons: Record<string, string | undefined> = {}
    const reasonOf = async (name: string, more: MaestroConfig, changed: ReturnType<typeof asking>) => {
      const model = new CountingModel()
      const run = await failed(model)
      const [first] = await projectOf(model, more).stagesToReuse(changed, { run })
      reasons[name] = first?.reason
    }
    const rows = (given: typeof texts, options = {}) =>
      pipeline('asking')
        .from(given)
        .step(ask, options)
        .write('memory.sink', { name: 'answers' })
        .map((row) => row, { id: 'change' })
        .write('memory.sink', { name: 'changed' }) as unknown as ReturnType<typeof asking>
    await reasonOf('nothing', {}, asking())
    await reasonOf('a row', {}, rows(texts.with(3, { text: 'edited' })))
    await reasonOf('a row less', {}, rows(texts.slice(1)))
    await reasonOf('an option', {}, rows(texts, { output: 'reply' }))
    const other = { ...new CountingModel().serving, identity: { version: 2 } }
    await reasonOf('the serving', { servings: { default: other } }, asking())
    expect(reasons).toEqual({
      nothing: undefined,
      'a row': 'the rows of the source changed',
      'a row less': 'the rows of the source changed',
      'an option': expect.stringContaining('the options of 1-acme.ask'),
      'the serving': 'the servings of 1-acme.ask changed',
    })
  })

  test('whose step file or receipt is cut or changed are redone, never read', async () => {
    const model = new CountingModel()
    const run = await failed(model)
    const stage = join(folder.path, '.maestro/runs', run, 'stages/0-acme.ask')
    for (const name of ['receipt.json', 'part-00000.jsonl']) {
      const path = join(stage, name)
      const whole = readFileSync(path)
      const step = Math.max(1, Math.floor(whole.length / 3))
      for (let at = 0; at < whole.length; at += step) {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] as number) ^ 1
        for (const content of [changed, whole.subarray(0, at)]) {
          writeFileSync(path, content)
          const [first] = await projectOf(model).stagesToReuse(asking(), { run })
          expect(first?.receipt, `${name} at ${at}`).toBeUndefined()
          expect(first?.reason).toMatch(/receipt is damaged|step file (is damaged|has another size)/)
        }
      }
      writeFileSync(path, whole)
    }
    expect((await projectOf(model).stagesToReuse(asking(), { run }))[0]?.receipt).toBeDefined()
  })

  test('whose rejected rows were lost are redone, and rejected rows are on record once', async () => {
    const model = new CountingModel()
    model.refuse = (text) => text.endsWith('2')
    const run = await failed(model)
    const rejects = join(folder.path, '.maestro/runs', run, 'rejects.jsonl')
    const before = readFileSync(rejects, 'utf8')
      .split('\n')
      .filter((line) => line.includes('1-acme.ask'))
    const report = await projectOf(model).run(asking(), { resume: { run } })
    expect(report.counts).toMatchObject({ rejected: 1 })
    expect(report.rejects).toMatchObject([{ step: '1-acme.ask', rows: 1, rowId: 'rows:3' }])
    expect(readFileSync(rejects, 'utf8').trim().split('\n')).toEqual(before)
    expectSums(report)
    const other = await failed(new CountingModel())
    truncateSync(join(folder.path, '.maestro/runs', other, 'stages/0-acme.ask/part-00000.jsonl'), 10)
    expect((await projectOf(model).stagesToReuse(asking(), { run: other }))[0]?.reason).toBe(
      'its step file has another size',
    )
  })

  test('with rejected rows run again with retryRejects, and only those rows are asked about', async () => {
    const model = new CountingModel()
    model.refuse = (text) => text.endsWith('2')
    const run = await failed(model)
    expect(model.asked).toHaveLength(8)
    model.refuse = () => false
    await errorOf(() => projectOf(model).run(asking(failing), { resume: { run } }))
    expect(model.asked).toHaveLength(8)
    const report = await projectOf(model).run(asking(), { resume: { run, retryRejects: true } })
    expect(model.asked.slice(8)).toEqual(['text 2'])
    expect(report.counts).toMatchObject({ rejected: 0, rowsIn: 8 })
    expectSums(report)
  })
})

describe('a run', () => {
  test('in progress cannot be resumed by another process, whose error names the holder', async () => {
    const model = new CountingModel()
    const run = await interrupted(model, 2)
    const project = projectOf(model)
    let refused: Promise<unknown> | undefined
    const rows = asking((text) => {
      refused ??= errorOf(() => projectOf(new CountingModel()).run(asking(), { resume: { run } }))
      return text
    })
    await project.run(rows, { resume: { run } })
    expect(await refused).toMatchObject({ code: 'MAESTRO_RUN_HELD', details: { pid: process.pid } })
  })

  test('that another process takes over stops, and changes no output', async () => {
    const model = new CountingModel()
    const project = projectOf(model)
    const error = await errorOf(() =>
      project.run(
        asking((text) => {
          const [run = ''] = folder.runs()
          writeFileSync(join(folder.path, '.maestro/runs', run, 'lease/000002'), '{}')
          return text
        }),
      ),
    )
    expect(error.code).toBe('MAESTRO_RUN_TAKEN_OVER')
    expect(folder.states()).toEqual({ answers: 'aborted', changed: 'aborted' })
  })

  test('of an older format, of another pipeline, or that is unknown is refused in words', async () => {
    const model = new CountingModel()
    const run = await interrupted(model, 2)
    const project = projectOf(model)
    expect((await project.unfinishedRuns()).map(({ runId, status }) => [runId, status])).toEqual([[run, 'aborted']])
    expect((await project.unfinishedRun()).runId).toBe(run)
    expect(await errorOf(() => project.unfinishedRun('no-such-run'))).toMatchObject({
      code: 'MAESTRO_RUN_NOT_UNFINISHED',
      hint: `Unfinished runs: ${run}.`,
    })
    const other = pipeline('other').from(texts).write('memory.sink', { name: 'answers' })
    expect((await errorOf(() => project.run(other, { resume: { run } }))).code).toBe('MAESTRO_RUN_OTHER_PIPELINE')
    const state = join(folder.path, '.maestro/runs', run, 'run.json')
    const whole = readFileSync(state)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] as number) ^ 1
      for (const content of [changed, whole.subarray(0, at)]) {
        writeFileSync(state, content)
        expect((await errorOf(async () => readRunState(dirname(state)))).code, `${at}`).toBe('MAESTRO_RUN_FORMAT')
      }
    }
    rmSync(state)
    expect((await errorOf(() => project.unfinishedRun(run))).message).toContain('a version that could not resume runs')
  })

  test('that is done leaves no record of calls, and is not resumed', async () => {
    const model = new CountingModel()
    const run = await interrupted(model, 2)
    const directory = join(folder.path, '.maestro/runs', run)
    expect(statSync(join(directory, 'calls/000001.calls')).size).toBeGreaterThan(0)
    await projectOf(model).run(asking(), { resume: { run } })
    expect(existsSync(join(directory, 'calls'))).toBe(false)
    expect(readdirSync(directory)).toContain('report.json')
    expect(await projectOf(model).unfinishedRuns()).toEqual([])
  })

  test('earlier spending counts against its budget', async () => {
    const model = new CountingModel()
    const run = await interrupted(model, 3)
    const budgets = { run: { requests: 6 } }
    const error = await errorOf(() => projectOf(model, { budgets }).run(asking(), { resume: { run } }))
    expect(error.code).toBe('MAESTRO_BUDGET_REACHED')
    expect(model.asked.length).toBeLessThanOrEqual(7)
  })
})
