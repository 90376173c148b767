import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { ask, echo, Question, smallPlugin } from '../__fixtures__/small-plugin.js'
import type { LifecycleHooks, MaestroHooks, RequestEvent } from '../contracts/hooks.js'
import type { LLMRequest, LLMServing } from '../contracts/serving.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { MaestroError } from '../errors/maestro-error.js'
import { maestro } from '../maestro.js'
import { createLifecycleHooks } from './create-hooks.js'

const names = [
  'runStart',
  'stepStart',
  'sourceProgress',
  'batchDone',
  'requestStart',
  'requestDone',
  'rowRejected',
  'stepDone',
  'runDone',
] as const satisfies readonly (keyof LifecycleHooks)[]

const asking = pipeline('asking')
  .from([{ text: 'one' }, { text: 'bad' }, { text: 'three' }], { key: 'text' })
  .map((row) => row, { id: 'check' })
  .step(ask, { prompt: new Question('{{text}}'), output: 'answer', serving: 'default', json: false }, { id: 'ask' })
  .filter((row) => row.text !== 'three', { id: 'few' })
  .write('acme.rows' as never, {} as never)

const refusing: LLMServing = {
  ...echo(),
  async generate(request: LLMRequest) {
    if (JSON.stringify(request.messages).includes('bad')) throw new Error('it is bad')
    return echo().generate(request)
  },
}

function project(apply: (hooks: MaestroHooks) => void, serving = refusing) {
  const folder = new ProjectFolder()
  const small = smallPlugin()
  const plugins = [small.plugin, definePlugin({ name: 'watcher', apply })]
  const instance = maestro({ plugins, servings: { default: serving }, directory: folder.path, logLevel: 'silent' })
  return { instance, folder, written: small.written }
}

describe('a run calls every hook', () => {
  test('in order, with what it is about', async () => {
    const events: { hook: string; event: Record<string, unknown> }[] = []
    const { instance } = project((hooks) => {
      for (const hook of names) {
        const note = (event: unknown) => {
          events.push({ hook, event: event as Record<string, unknown> })
          return event as never
        }
        hooks[hook].tap('watcher', note)
      }
    })
    const report = await instance.run(asking)
    const of = (hook: string) => events.filter((event) => event.hook === hook).map(({ event }) => event)
    const { runId } = report

    expect(new Set(events.map(({ hook }) => hook))).toEqual(new Set(names))
    expect(of('runStart')).toEqual([
      { runId, directory: report.directory, plan: expect.objectContaining({ pipeline: 'asking' }) },
    ])
    expect(of('stepStart')).toEqual(['check', 'ask', 'few'].map((step) => ({ runId, step, stage: 0 })))
    expect(of('sourceProgress')).toMatchObject([
      { runId, rows: 3 },
      { runId, rows: 3, done: true },
    ])
    const asked = { serving: 'echo', run: runId, step: 'ask' }
    expect(of('requestStart')).toMatchObject([
      { ...asked, rowId: 'one', request: { messages: [{ role: 'user', content: 'one' }] } },
      { ...asked, rowId: 'bad' },
      { ...asked, rowId: 'three' },
    ])
    const done = of('requestDone').toSorted((a, b) => String(a.rowId).localeCompare(String(b.rowId)))
    const usage = { inputTokens: 3, outputTokens: 2 }
    expect(done).toMatchObject([
      { ...asked, rowId: 'bad', error: { code: 'MAESTRO_SERVING_FAILED' }, tries: 1 },
      { ...asked, rowId: 'one', usage, cost: 0.5, durationMs: expect.any(Number) },
      { ...asked, rowId: 'three', usage, cost: 0.5 },
    ])
    expect(of('rowRejected')).toEqual([
      {
        runId,
        step: 'ask',
        stage: 0,
        rowId: 'bad',
        row: { text: 'bad' },
        error: expect.objectContaining({ code: 'MAESTRO_SERVING_FAILED', step: 'ask', rowId: 'bad' }),
        tries: 1,
      },
    ])
    const counts = { merged: 0, created: 0 }
    expect(
      of('batchDone')
        .filter(({ step }) => step === 'ask')
        .at(-1),
    ).toMatchObject({
      runId,
      stage: 0,
      counts: { rowsIn: 3, rowsOut: 2, rejected: 1, dropped: 0, ...counts },
    })
    expect(of('stepDone')).toEqual([
      { runId, step: 'check', stage: 0, counts: { rowsIn: 3, rowsOut: 3, rejected: 0, dropped: 0, ...counts } },
      { runId, step: 'ask', stage: 0, counts: { rowsIn: 3, rowsOut: 2, rejected: 1, dropped: 0, ...counts } },
      { runId, step: 'few', stage: 0, counts: { rowsIn: 2, rowsOut: 1, rejected: 0, dropped: 1, ...counts } },
    ])
    expect(of('runDone')).toEqual([{ runId, report }])

    const first = (hook: string) => events.findIndex((event) => event.hook === hook)
    const last = (hook: string) => events.findLastIndex((event) => event.hook === hook)
    expect(first('runStart')).toBe(0)
    expect(last('stepStart')).toBeLessThan(first('requestStart'))
    expect(first('requestStart')).toBeLessThan(first('requestDone'))
    for (const hook of ['sourceProgress', 'batchDone', 'requestDone', 'rowRejected'])
      expect(last(hook)).toBeLessThan(first('stepDone'))
    expect(last('runDone')).toBe(events.length - 1)
  })

  test('each tap of a series is waited for', async () => {
    const order: string[] = []
    const { instance } = project((hooks) => {
      for (const hook of ['runStart', 'stepDone', 'runDone'] as const)
        hooks[hook].tapPromise('watcher', async () => {
          order.push(`${hook} begins`)
          await new Promise((resolve) => setImmediate(resolve))
          order.push(`${hook} ends`)
        })
      hooks.stepStart.tap('watcher', ({ step }) => void order.push(step))
    })
    await instance.run(
      pipeline('p')
        .from([{ n: 1 }])
        .map((row) => row, { id: 'a' })
        .write('acme.rows' as never, {} as never),
    )
    expect(order).toEqual(
      ['runStart', 'a', 'stepDone', 'runDone'].flatMap((name) =>
        name === 'a' ? name : [`${name} begins`, `${name} ends`],
      ),
    )
  })

  test('requestStart changes the request, each tap what the one before made of it', async () => {
    const { instance, written } = project((hooks) => {
      const saying = (word: string) => (event: RequestEvent) => ({
        ...event,
        request: { messages: [{ role: 'user' as const, content: `${event.request.messages[0]?.content} ${word}` }] },
      })
      hooks.requestStart.tap('watcher', saying('please'))
      hooks.requestStart.tap('watcher', saying('now'))
    }, echo())
    await instance.run(asking)
    expect(written.map((row) => row.answer)).toEqual(['one please now', 'bad please now'])
  })

  test('a failed run still tells its end', async () => {
    const statuses: string[] = []
    const { instance } = project((hooks) =>
      hooks.runDone.tap('watcher', ({ report }) => void statuses.push(report.status)),
    )
    const failing = asking.map(() => {
      throw new Error('no')
    })
    const error = await errorOf(() => instance.run(failing.write('acme.rows' as never, {} as never)))
    expect(error.code).toBe('MAESTRO_RUN_ALL_FAILED')
    expect(statuses).toEqual(['failed'])
  })
})

describe('a tap that throws is named and stops the run', () => {
  const boom = () => {
    throw new Error('boom')
  }
  const tap = (hook: keyof LifecycleHooks) => (hooks: MaestroHooks) => hooks[hook].tap('loud', boom)

  test.each(['runStart', 'stepStart', 'sourceProgress', 'batchDone', 'rowRejected', 'stepDone'] as const)(
    '%s',
    async (hook) => {
      const { instance, written } = project(tap(hook))
      expect(await errorOf(() => instance.run(asking))).toMatchObject({
        code: 'MAESTRO_PLUGIN_TAP',
        message: 'The plugin loud threw while it observed the run: boom',
        hint: expect.stringContaining('remove it from `plugins`'),
        cause: { message: 'boom' },
      })
      expect(written).toEqual([])
    },
  )

  test('runDone: the outputs are there by then', async () => {
    const { instance, written } = project(tap('runDone'))
    expect(await errorOf(() => instance.run(asking))).toMatchObject({
      code: 'MAESTRO_PLUGIN_TAP',
      report: { status: 'done' },
    })
    expect(written).toHaveLength(1)
  })

  test('runDone: what stopped the run is told before it', async () => {
    const { instance } = project((hooks) => {
      hooks.stepDone.tap('first', boom)
      hooks.runDone.tap('second', boom)
    })
    expect(await errorOf(() => instance.run(asking))).toMatchObject({
      details: { plugin: 'first' },
      report: { status: 'failed' },
    })
  })

  test.each(['requestStart', 'requestDone'] as const)('%s: each row that asks fails with it', async (hook) => {
    const { instance } = project(tap(hook), echo())
    const error = await errorOf(() => instance.run(asking))
    expect(error.code).toBe('MAESTRO_RUN_ALL_FAILED')
    expect(error.message).toContain('The plugin loud threw while it observed the run: boom')
  })

  test('requestDone is called once for a call, whatever a tap of it does', async () => {
    let calls = 0
    const { instance } = project((hooks) => {
      hooks.requestDone.tap('loud', () => {
        calls++
        boom()
      })
    }, echo())
    await errorOf(() => instance.run(asking))
    expect(calls).toBe(3)
  })

  test('a rejected promise of a series is named too; a MaestroError stays what it is', async () => {
    const hooks = createLifecycleHooks()
    hooks.runStart.tapPromise('late', () => Promise.reject(new Error('boom')))
    expect(await errorOf(() => hooks.runStart.promise({} as never))).toMatchObject({
      code: 'MAESTRO_PLUGIN_TAP',
      details: { plugin: 'late' },
    })
    const own = new MaestroError({ code: 'LOUD_OWN', message: 'mine' })
    hooks.stepStart.tap('loud', () => {
      throw own
    })
    expect(await errorOf(() => hooks.stepStart.call({} as never))).toBe(own)
  })
})

test('each hook says of what kind it is', () => {
  const kinds = Object.fromEntries(Object.entries(createLifecycleHooks()).map(([name, hook]) => [name, hook.hookKind]))
  expect(kinds).toEqual({
    runStart: 'async-series',
    stepStart: 'sync',
    sourceProgress: 'sync',
    batchDone: 'sync',
    servingNeeded: 'waterfall',
    requestStart: 'waterfall',
    requestDone: 'sync',
    servingState: 'sync',
    rowRejected: 'sync',
    stepDone: 'async-series',
    runDone: 'async-series',
  })
})
