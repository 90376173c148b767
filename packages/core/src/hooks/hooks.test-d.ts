import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type {
  BatchEvent,
  PartitionDoneEvent,
  PartitionEvent,
  PlanFailedEvent,
  RejectEvent,
  RequestDoneEvent,
  RequestEvent,
  RunDoneEvent,
  RunEvent,
  ServingNeededEvent,
  ServingStateEvent,
  SourceProgressEvent,
  StepDoneEvent,
  StepStartEvent,
  TaskEvent,
} from '../contracts/events.js'
import type {
  ContributionKind,
  Contributions,
  LifecycleHooks,
  MaestroHooks,
  ObserveHook,
  Registrar,
  SeriesHook,
  WaterfallHook,
} from '../contracts/hooks.js'
import { LOGGER, type Logger } from '../contracts/logger.js'
import type { PluginContext } from '../contracts/plugin.js'
import type { ServingDefinition } from '../contracts/serving-definition.js'
import { SERVINGS, type Servings } from '../contracts/serving-definition.js'
import { defineOperator } from '../define/define-operator.js'
import { definePlugin } from '../define/define-plugin.js'
import { column } from '../define/options/columns.js'

declare const hooks: MaestroHooks
declare const serving: ServingDefinition
const operator = defineOperator({
  name: 'a.x',
  kind: 'map',
  options: { input: column() },
  adds: { copy: 'unknown' },
  create:
    ({ input }) =>
    (row) => ({ ...row, copy: row[input] }),
})

describe('contributions', () => {
  test('each kind takes its own definitions and no others', () => {
    expectTypeOf<keyof MaestroHooks>().toEqualTypeOf<ContributionKind | keyof LifecycleHooks | 'provides'>()
    hooks.servings.tap('a', (registry) => expectTypeOf(registry).toEqualTypeOf<Registrar<ServingDefinition>>())
    hooks.operators.tap('a', (registry) => registry.add(operator))
    hooks.servings.tap('a', (registry) => registry.add(serving))
    // @ts-expect-error a serving is no operator
    hooks.operators.tap('a', (registry) => registry.add(serving))
    // @ts-expect-error an operator is no serving
    hooks.servings.tap('a', (registry) => registry.add(operator))
  })

  test('are tapped at once, not later', () => {
    expectTypeOf<MaestroHooks['prompts']>().toEqualTypeOf<ObserveHook<Registrar<Contributions['prompts']>>>()
    // @ts-expect-error contributions are not asynchronous
    hooks.prompts.tapPromise('a', async () => undefined)
    // @ts-expect-error there is no such kind
    hooks.widgets.tap('a', () => undefined)
  })
})

describe('the events of a run', () => {
  test('each hook has its kind and its event', () => {
    expectTypeOf<LifecycleHooks>().toEqualTypeOf<{
      readonly runStart: SeriesHook<RunEvent>
      readonly stepStart: ObserveHook<StepStartEvent>
      readonly sourceProgress: ObserveHook<SourceProgressEvent>
      readonly batchDone: ObserveHook<BatchEvent>
      readonly servingNeeded: WaterfallHook<ServingNeededEvent>
      readonly requestStart: WaterfallHook<RequestEvent>
      readonly requestDone: ObserveHook<RequestDoneEvent>
      readonly servingState: ObserveHook<ServingStateEvent>
      readonly taskSent: WaterfallHook<TaskEvent>
      readonly partitionStart: ObserveHook<PartitionEvent>
      readonly partitionDone: ObserveHook<PartitionDoneEvent>
      readonly rowRejected: ObserveHook<RejectEvent>
      readonly stepDone: SeriesHook<StepDoneEvent>
      readonly planFailed: SeriesHook<PlanFailedEvent>
      readonly runDone: SeriesHook<RunDoneEvent>
    }>()
  })

  test('only a series may be waited for', () => {
    hooks.runDone.tapPromise('a', async ({ report }) => void expectTypeOf(report.durationMs).toBeNumber())
    // @ts-expect-error an observing hook waits for nothing
    hooks.batchDone.tapPromise('a', async () => undefined)
    // @ts-expect-error nor does the one that may change a request
    hooks.requestStart.tapPromise('a', async (event) => event)
  })

  test('a waterfall gives back what it was given', () => {
    hooks.requestStart.tap('a', (event) => ({ ...event, request: { messages: [] } }))
    // @ts-expect-error nothing comes back
    hooks.requestStart.tap('a', () => undefined)
    // @ts-expect-error a text is no event
    hooks.requestStart.tap('a', () => 'text')
  })

  test('an event has what it says and no more', () => {
    hooks.stepDone.tap('a', ({ counts }) => expectTypeOf(counts.rejected).toBeNumber())
    hooks.requestDone.tap('a', ({ cost }) => expectTypeOf(cost).toEqualTypeOf<number | undefined>())
    // @ts-expect-error a step has begun and has no counts yet
    hooks.stepStart.tap('a', ({ counts }) => counts)
  })
})

test('a plugin’s options have the type of its schema', () => {
  const plugin = definePlugin({
    name: 'a',
    options: z.object({ threads: z.number() }),
    apply: (_hooks, context) => {
      expectTypeOf(context).toEqualTypeOf<PluginContext<{ threads: number }>>()
    },
  })
  plugin({ threads: 2 })
  // @ts-expect-error a text is no number
  plugin({ threads: 'two' })
})

test('what is injected has the types of its tokens, in order', () => {
  defineOperator({
    name: 'a.y',
    kind: 'map',
    options: z.object({}),
    inject: [LOGGER, SERVINGS],
    create: (_options, dependencies) => {
      expectTypeOf(dependencies).toEqualTypeOf<[Logger, Servings]>()
      return (row) => row
    },
  })
})
