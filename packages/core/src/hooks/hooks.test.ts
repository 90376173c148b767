import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, ProjectFolder } from '../__fixtures__/project-folder.js'
import { ask, echo, Question, smallPlugin } from '../__fixtures__/small-plugin.js'
import type { RequestEvent } from '../contracts/events.js'
import type { LifecycleHooks, MaestroHooks } from '../contracts/hooks.js'
import type { LLMRequest, LLMServing } from '../contracts/serving.js'
import { definePlugin } from '../define/define-plugin.js'
import { pipeline } from '../define/pipeline.js'
import { maestro } from '../maestro.js'
import { createLifecycleHooks } from './create-hooks.js'
import type { ObserverFailure } from './observer-failures.js'

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
  test('hooks are called in order, with their subject', async () => {
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
    const asked = { serving: 'echo', configName: 'default', run: runId, step: 'ask' }
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

  test('each tap of requestStart changes the request of the tap before it', async () => {
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

  test('a failed run still calls the hook of its end', async () => {
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

describe('a tap that fails is named and counted, and costs no row', () => {
  const boom = () => {
    throw new Error('boom')
  }
  const later = async () => {
    await null
    throw new Error('boom')
  }
  const hooks = [
    'runStart',
    'stepStart',
    'sourceProgress',
    'batchDone',
    'requestDone',
    'rowRejected',
    'stepDone',
    'runDone',
  ] as const
  const ways = hooks.flatMap((hook) => [[hook, 'throws', boom] as const, [hook, 'rejects', later] as const])

  test.each(ways)('%s %s', async (hook, _way, tap) => {
    const { instance, written } = project((all) => all[hook].tap('loud', tap))
    const report = await instance.run(asking)
    expect(report).toMatchObject({ status: 'done', counts: { rejected: 1 } })
    expect(report.observers).toMatchObject([
      { plugin: 'loud', hook, failures: expect.any(Number), message: expect.stringMatching(/plugin loud .*: boom$/) },
    ])
    expect(written).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(report.directory ?? '', 'report.json'), 'utf8')).observers).toEqual(
      report.observers,
    )
  })

  test('a rejected promise of a series', async () => {
    const { instance } = project((all) => all.stepDone.tapPromise('loud', later))
    expect((await instance.run(asking)).observers).toMatchObject([{ hook: 'stepDone', failures: 3 }])
  })

  test('its plugin is named once in the log, with each hook in the report', async () => {
    const lines: string[] = []
    const write = process.stderr.write.bind(process.stderr)
    process.stderr.write = ((text: string) => lines.push(String(text)) > 0) as typeof process.stderr.write
    try {
      const small = smallPlugin()
      const loud = definePlugin({
        name: 'loud',
        observe(all) {
          all.stepStart(boom)
          all.requestDone(boom)
        },
      })
      const plugins = [small.plugin, loud]
      const report = await maestro({ plugins, servings: { default: echo() }, directory: new ProjectFolder().path }).run(
        asking,
      )
      expect(report.observers?.map(({ hook, failures }) => [hook, failures])).toEqual([
        ['stepStart', 3],
        ['requestDone', 3],
      ])
    } finally {
      process.stderr.write = write
    }
    expect(lines.filter((line) => line.includes('loud'))).toHaveLength(1)
  })

  test('one that never ends is not waited for', async () => {
    const failures: ObserverFailure[] = []
    const all = createLifecycleHooks((failure) => void failures.push(failure), 1)
    all.runDone.tapPromise('slow', () => new Promise(() => undefined))
    await all.runDone.promise({ runId: 'r' } as never)
    expect(failures).toMatchObject([
      { plugin: 'slow', hook: 'runDone', run: 'r', error: { code: 'MAESTRO_PLUGIN_TAP' } },
    ])
  })

  test('a value that is not an error may be thrown', async () => {
    const { instance } = project((all) =>
      all.batchDone.tap('loud', () => {
        throw undefined
      }),
    )
    expect((await instance.run(asking)).status).toBe('done')
  })
})

describe('a critical tap stops the run', () => {
  const boom = () => {
    throw new Error('boom')
  }
  const critical = { name: 'loud', critical: true }
  const failure = {
    code: 'MAESTRO_PLUGIN_CRITICAL_TAP',
    message: 'The plugin loud, without which no run goes on, failed while it observed the run: boom',
  }

  test.each([
    'runStart',
    'stepStart',
    'sourceProgress',
    'batchDone',
    'requestDone',
    'rowRejected',
    'stepDone',
  ] as const)('%s', async (hook) => {
    const { instance, written } = project((all) => all[hook].tap(critical, boom))
    expect(await errorOf(() => instance.run(asking))).toMatchObject({ ...failure, report: { status: 'failed' } })
    expect(written).toEqual([])
  })

  test('by observe, and when its promise is rejected before the outputs are committed', async () => {
    const small = smallPlugin()
    const loud = definePlugin({
      name: 'loud',
      observe: (all) =>
        all.stepStart(
          async () => {
            await null
            boom()
          },
          { critical: true },
        ),
    })
    const instance = maestro({
      plugins: [small.plugin, loud],
      servings: { default: echo() },
      directory: new ProjectFolder().path,
      logLevel: 'silent',
    })
    expect(await errorOf(() => instance.run(asking))).toMatchObject(failure)
    expect(small.written).toEqual([])
  })

  test('runDone: the outputs are there by then, and what stopped the run comes before it', async () => {
    const { instance, written } = project((all) => all.runDone.tap(critical, boom))
    expect(await errorOf(() => instance.run(asking))).toMatchObject({ ...failure, report: { status: 'done' } })
    expect(written).toHaveLength(1)
    const both = project((all) => {
      all.stepDone.tap({ name: 'first', critical: true }, boom)
      all.runDone.tap({ name: 'second', critical: true }, boom)
    })
    expect(await errorOf(() => both.instance.run(asking))).toMatchObject({ details: { plugin: 'first' } })
  })
})

describe('a tap that changes what passes through it', () => {
  const failure = { code: 'MAESTRO_RUN_ALL_FAILED', message: expect.stringContaining('The plugin loud') }

  test.each<[string, () => never]>([
    [
      'throws: the row that asks fails with it',
      () => {
        throw new Error('boom')
      },
    ],
    ['is asynchronous: the row that asks fails with it', (async () => Promise.reject(new Error('boom'))) as never],
  ])('%s', async (_what, tap) => {
    const { instance } = project((all) => all.requestStart.tap('loud', tap), echo())
    expect(await errorOf(() => instance.run(asking))).toMatchObject(failure)
  })
})

test('a run that fails in the plan has a hook', async () => {
  const failed: unknown[] = []
  const { instance } = project((all) => all.planFailed.tap('watcher', (event) => void failed.push(event)))
  const wrong = pipeline('wrong').from([{ n: 1 }])
  await errorOf(() => instance.run(wrong))
  expect(failed).toMatchObject([{ pipeline: 'wrong', error: { code: 'MAESTRO_PIPELINE_INVALID' } }])
})

test('each hook knows its kind', () => {
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
    taskSent: 'waterfall',
    partitionStart: 'sync',
    partitionDone: 'sync',
    rowRejected: 'sync',
    stepDone: 'async-series',
    planFailed: 'async-series',
    runDone: 'async-series',
  })
})

test('a hook is in use from its first tap on', () => {
  const hooks = createLifecycleHooks()
  expect([hooks.batchDone.isUsed(), hooks.requestStart.isUsed()]).toEqual([false, false])
  hooks.batchDone.tap('one', () => undefined)
  hooks.requestStart.tap('one', (event) => event)
  expect([hooks.batchDone.isUsed(), hooks.requestStart.isUsed()]).toEqual([true, true])
})
