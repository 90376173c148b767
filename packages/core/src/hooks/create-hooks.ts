import { AsyncSeriesHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type {
  ContributionHooks,
  ContributionKind,
  Contributions,
  LifecycleHooks,
  Registrar,
  WaterfallHook,
} from '../contracts/hooks.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { contributionKinds } from './contribution-kinds.js'

type EventOf<Hook> = Hook extends { tap(name: string, tap: (event: infer Event) => void): void } ? Event : never
type ValueOf<Hook> = Hook extends WaterfallHook<infer Value> ? Value : never
type Series = 'runStart' | 'stepDone' | 'runDone'
type Waterfall = 'servingNeeded' | 'requestStart'
type Observed = Exclude<keyof LifecycleHooks, Series | Waterfall>

/** The calling side of the contribution hooks. */
export type ContributionCallers = {
  readonly [Kind in ContributionKind]: { call(registrar: Registrar<Contributions[Kind]>): unknown }
}

/** The calling side of the lifecycle hooks. */
export type LifecycleCallers = {
  readonly [Name in Observed]: { call(event: EventOf<LifecycleHooks[Name]>): unknown; isUsed(): boolean }
} & { readonly [Name in Series]: { promise(event: EventOf<LifecycleHooks[Name]>): Promise<unknown> } } & {
  readonly [Name in Waterfall]: {
    call(value: ValueOf<LifecycleHooks[Name]>): ValueOf<LifecycleHooks[Name]>
    isUsed(): boolean
  }
}

/** Hooks through which one plugin contributes. Each plugin gets its own, so that what it brings is known to be its own. */
export function createContributionHooks(): ContributionHooks & ContributionCallers {
  const hooks = contributionKinds.map((kind) => [
    kind,
    Object.assign(new SyncHook<[unknown]>(['registrar']), { hookKind: 'sync' }),
  ])
  // Every kind has its hook; tapable's own types cannot say which registrar each one takes.
  return Object.fromEntries(hooks) as ContributionHooks & ContributionCallers
}

/** The lifecycle hooks of one session: plugins tap them, the runner calls them. */
export function createLifecycleHooks(): LifecycleHooks & LifecycleCallers {
  const sync = () => observing(Object.assign(new SyncHook<[unknown]>(['event']), { hookKind: 'sync' }))
  const series = () => observing(Object.assign(new AsyncSeriesHook<[unknown]>(['event']), { hookKind: 'async-series' }))
  const waterfall = () =>
    observing(Object.assign(new SyncWaterfallHook<[unknown]>(['event']), { hookKind: 'waterfall' }))
  const hooks = {
    runStart: series(),
    stepStart: sync(),
    sourceProgress: sync(),
    batchDone: sync(),
    servingNeeded: waterfall(),
    requestStart: waterfall(),
    requestDone: sync(),
    servingState: sync(),
    rowRejected: sync(),
    stepDone: series(),
    runDone: series(),
  }
  // Each hook is made above with the kind that its type says; tapable's own types know less.
  return hooks as unknown as LifecycleHooks & LifecycleCallers
}

/** Whoever taps is named when the tap throws. */
function observing<Hook extends SyncHook<[unknown]> | AsyncSeriesHook<[unknown]> | SyncWaterfallHook<[unknown]>>(
  hook: Hook,
): Hook {
  hook.intercept({
    register: (tap) => {
      const { name } = tap
      const fn = tap.fn as (...parameters: unknown[]) => unknown
      const blame = (error: unknown) =>
        MaestroError.is(error)
          ? error
          : maestroError(
              'MAESTRO_PLUGIN_TAP',
              { plugin: name, reason: error instanceof Error ? error.message : String(error) },
              error,
            )
      return {
        ...tap,
        fn: (...parameters: unknown[]) => {
          try {
            const result = fn(...parameters)
            return result instanceof Promise ? result.catch((error) => Promise.reject(blame(error))) : result
          } catch (error) {
            throw blame(error)
          }
        },
      }
    },
  })
  return hook
}
