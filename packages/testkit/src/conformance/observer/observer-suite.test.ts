import {
  definePlugin,
  type LifecycleObservers,
  type LLMServing,
  type PluginDefinition,
  type RunReport,
} from '@maestro-dataflow/core'
import { afterEach, expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { carelessObservers } from '../../__fixtures__/wrong-parts/careless/observers.js'
import { wrongObservers } from '../../__fixtures__/wrong-parts/wrong-observers.js'
import { runSuite } from '../suite.js'
import { type ObserverCase, observerSuite } from './observer-suite.js'

const observer = (observe: (hooks: LifecycleObservers) => void) => definePlugin({ name: 'acme', observe })

const right = () =>
  observer((hooks) => {
    const seen: unknown[] = []
    hooks.rowRejected(({ rowId }) => void seen.push(rowId))
    hooks.runDone(async ({ report }) => void seen.push(report.status))
    hooks.requestStart((event) => ({ ...event, request: { ...event.request } }))
    hooks.servingNeeded((event) => ({ ...event, make: () => Object.create(event.make()) }))
  })

const wrapping = (wrap: (inner: LLMServing) => Partial<LLMServing>) =>
  observer((hooks) =>
    hooks.servingNeeded((event) => ({
      ...event,
      make: () => {
        const inner = event.make() as LLMServing
        return { ...inner, ...wrap(inner) }
      },
    })),
  )

const wrong: readonly { fault: string; make: () => ReturnType<typeof observer>; rule: ObserverCase }[] = [
  { fault: 'observes nothing', rule: 'taps a hook', make: () => observer(() => undefined) },
  {
    fault: 'writes rejected rows as JSON',
    rule: 'no tap fails, whatever happens',
    make: () => observer((hooks) => hooks.runStart((event) => void JSON.stringify({ event, big: 1n }))),
  },
  {
    fault: 'takes the folder of a preview for granted',
    rule: 'no tap fails, whatever happens',
    make: () => observer((hooks) => hooks.runStart(({ directory }) => void (directory as string).length)),
  },
  {
    fault: 'takes the steps of a report for granted',
    rule: 'no tap fails, whatever happens',
    make: () => observer((hooks) => hooks.runDone(({ report }) => void Object.keys(report.error as object).length)),
  },
  {
    fault: 'fails when a plan fails',
    rule: 'no tap fails, whatever happens',
    make: () =>
      observer((hooks) =>
        hooks.planFailed(() => {
          throw new RangeError('no')
        }),
      ),
  },
  {
    fault: 'rejects its promise',
    rule: 'no tap fails, whatever happens',
    make: () =>
      observer((hooks) =>
        hooks.rowRejected((async () => {
          throw new RangeError('no')
        }) as never),
      ),
  },
  {
    fault: 'returns an event about something else',
    rule: 'no tap fails, whatever happens',
    make: () => observer((hooks) => hooks.requestStart((event) => ({ ...event, step: 'another' }))),
  },
  {
    fault: 'changes the report',
    rule: 'no event is changed',
    make: () =>
      observer((hooks) =>
        hooks.runDone(({ report }) => {
          ;(report as { status: RunReport['status'] }).status = 'done'
          Object.assign(report.counts, { rejected: -1 })
        }),
      ),
  },
  {
    fault: 'hides a cell of a rejected row',
    rule: 'no event is changed',
    make: () => observer((hooks) => hooks.rowRejected(({ row }) => void Object.assign(row as object, { text: '***' }))),
  },
  {
    fault: 'never ends',
    rule: 'every tap ends',
    make: () => observer((hooks) => hooks.runDone(() => new Promise(() => undefined))),
  },
  {
    fault: 'changes an answer',
    rule: 'rows and answers are those without it',
    make: () =>
      wrapping((inner) => ({ generate: async (...call) => ({ ...(await inner.generate(...call)), text: 'no' }) })),
  },
  {
    fault: 'wraps a serving without its identity',
    rule: 'a serving that it wraps stays the same serving',
    make: () => wrapping(() => ({ identity: undefined })),
  },
  {
    fault: 'wraps a serving with other capabilities',
    rule: 'a serving that it wraps stays the same serving',
    make: () => wrapping(() => ({ capabilities: { jsonSchema: false, images: false, audio: false } })),
  },
  {
    fault: 'wraps a serving and drops the options of a call',
    rule: 'a serving that it wraps stays the same serving',
    make: () => wrapping((inner) => ({ generate: (request) => inner.generate(request) })),
  },
  {
    fault: 'wraps a serving and drops the settings of a request',
    rule: 'a serving that it wraps stays the same serving',
    make: () => wrapping((inner) => ({ generate: ({ messages }, options) => inner.generate({ messages }, options) })),
  },
  {
    fault: 'returns a request without its settings',
    rule: 'no tap fails, whatever happens',
    make: () =>
      observer((hooks) => hooks.requestStart((event) => ({ ...event, request: { messages: event.request.messages } }))),
  },
  {
    fault: 'wraps a serving that is then never freed',
    rule: 'a serving that it wraps stays the same serving',
    make: () => wrapping(() => ({ dispose: async () => undefined })),
  },
  {
    fault: 'leaves a timer',
    rule: 'frees what it holds',
    make: () => observer((hooks) => hooks.runStart(() => void setInterval(() => undefined, 100_000))),
  },
  {
    fault: 'leaves a listener of the process',
    rule: 'frees what it holds',
    make: () => observer((hooks) => hooks.runStart(() => void process.on('SIGUSR2', () => undefined))),
  },
]

test('a right observer passes', async () => {
  const outcomes = await runSuite(observerSuite(right()))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

const allWrong: readonly { fault: string; make: () => PluginDefinition; rule: string }[] = [
  ...wrong,
  ...carelessObservers,
]

afterEach(() => {
  delete process.env.ACME_RUN
  Reflect.deleteProperty(Array.prototype, 'acmeLast')
})

test.each(allWrong)('an observer that $fault is found by: $rule', async ({ make, rule }) => {
  expect(await failureOf(observerSuite(make(), { patience: 500 }), rule)).toBeDefined()
})

test.each(wrongObservers)('the suite finds an observer that $fault', async ({ observe }) => {
  expect(
    await failureOf(observerSuite(observer(observe), { patience: 500 }), 'no tap fails, whatever happens'),
  ).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(allWrong.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(casesWithoutFault(observerSuite(right()), faults)).toEqual([])
})
