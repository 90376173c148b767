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
import { guardTap } from './guard-tap.js'
import type { ObserverFailure } from './observer-failures.js'

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

/** How long, in milliseconds, a tap of a series is waited for. */
const defaultPatience = 10_000

/**
 * The lifecycle hooks of a project: plugins tap them, the runner calls them.
 *
 * @param failed Takes the failures of taps that observe. @param patience Milliseconds that a tap of a series is waited for.
 */
export function createLifecycleHooks(
  failed: (failure: ObserverFailure) => void = () => undefined,
  patience = defaultPatience,
): LifecycleHooks & LifecycleCallers {
  const hooks = Object.entries(lifecycleHooks).map(([name, { kind }]) => {
    const hook = Object.assign(makers[kind](), { hookKind: kind })
    // The library counts the interceptor below as a use.
    hook.isUsed = () => hook.taps.length > 0
    hook.intercept({
      register: (tap) => {
        const { critical } = tap as { readonly critical?: boolean }
        const fn = tap.fn as (event: unknown) => unknown
        const guarded = { plugin: tap.name, hook: name, kind, critical: critical === true, patience, fn, failed }
        const call = guardTap(guarded)
        // A synchronous tap of a series is waited for too: it may be an asynchronous function.
        return kind === 'async-series' ? { ...tap, type: 'promise', fn: call } : { ...tap, fn: call }
      },
    })
    return [name, hook]
  })
  // Each hook is made with the kind that its declaration says; tapable's own types know less.
  return Object.fromEntries(hooks) as unknown as LifecycleHooks & LifecycleCallers
}

/** Whether any plugin taps one of these hooks. */
export function isTapped(hooks: LifecycleHooks): boolean {
  const all: readonly unknown[] = Object.values(hooks)
  return all.some((hook) => (hook as { readonly taps: readonly unknown[] }).taps.length > 0)
}
