import { AsyncSeriesHook, SyncHook, SyncWaterfallHook } from 'tapable'
import { contributionKinds } from '../contracts/contribution-kinds.js'
import {
  type ContributionHooks,
  type ContributionKind,
  type Contributions,
  type HookDeclaration,
  type LifecycleDeclarations,
  type LifecycleHooks,
  lifecycleHooks,
  type MaestroHooks,
  type Registrar,
} from '../contracts/hooks.js'
import type { Provider } from '../contracts/token.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'

/** The hooks of one plugin through which it contributes, as plugins see them. */
export type OwnHooks = ContributionHooks & Pick<MaestroHooks, 'provides'>

/** The caller's side of the contribution hooks. */
export type ContributionCallers = {
  readonly [Kind in ContributionKind]: { call(registrar: Registrar<Contributions[Kind]>): unknown }
} & { readonly provides: { call(registrar: Registrar<Provider>): unknown } }

/** The caller's side of a hook of each kind. */
interface CallerOfKind<Event> {
  readonly sync: { call(event: Event): unknown; isUsed(): boolean }
  readonly 'async-series': { promise(event: Event): Promise<unknown> }
  readonly waterfall: { call(event: Event): Event; isUsed(): boolean }
}

/** The caller's side of the lifecycle hooks. */
export type LifecycleCallers = {
  readonly [Name in keyof LifecycleDeclarations]: LifecycleDeclarations[Name] extends HookDeclaration<
    infer Kind,
    infer Event
  >
    ? CallerOfKind<Event>[Kind]
    : never
}

/**
 * Creates the hooks through which one plugin contributes. Each plugin gets its own, so that the origin of each
 * contribution is known.
 */
export function createContributionHooks(): OwnHooks & ContributionCallers {
  const hooks = [...contributionKinds, 'provides'].map((kind) => [
    kind,
    Object.assign(new SyncHook<[unknown]>(['registrar']), { hookKind: 'sync' }),
  ])
  // Every kind has its hook; tapable's own types do not express which registrar each one takes.
  return Object.fromEntries(hooks) as OwnHooks & ContributionCallers
}

const makers = {
  sync: () => new SyncHook<[unknown]>(['event']),
  'async-series': () => new AsyncSeriesHook<[unknown]>(['event']),
  waterfall: () => new SyncWaterfallHook<[unknown]>(['event']),
}

/** The lifecycle hooks of a project: plugins tap them, and the runner calls them. */
export function createLifecycleHooks(): LifecycleHooks & LifecycleCallers {
  const hooks = Object.entries(lifecycleHooks).map(([name, { kind }]) => [
    name,
    observing(Object.assign(makers[kind](), { hookKind: kind })),
  ])
  // Each hook has the kind of its declaration; tapable's own types know less.
  return Object.fromEntries(hooks) as unknown as LifecycleHooks & LifecycleCallers
}

/** If a tap throws, its plugin is named. */
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
