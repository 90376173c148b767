import { inspect, isDeepStrictEqual } from 'node:util'
import type { MaestroHooks, RequestEvent, RunReport, Serving, ServingNeededEvent } from '@maestro-dataflow/core'
import { type Watched, watch } from '../outcomes.js'

type RunEvent = { readonly report: RunReport }
type Tap = (event: unknown) => unknown
type Hook = {
  readonly hookKind?: string
  tap(name: unknown, tap: Tap): void
  tapPromise?(name: unknown, tap: Tap): void
}

const contributing = new Set([
  'operators',
  'prompts',
  'servings',
  'storages',
  'vectorStores',
  'caches',
  'limits',
  'executors',
  'tableEngines',
  'provides',
])

/** What the taps of a plugin did: which failed, which changed an event, and which are not done. */
export class WatchedHooks {
  readonly tapped = new Set<string>()
  readonly failures: string[] = []
  readonly changes: string[] = []
  readonly pending: { readonly hook: string; readonly work: Watched<unknown> }[] = []
  /** The servings that it wraps, and the calls that came through to them. */
  readonly wrapped: { readonly inner: Serving; readonly outer: Serving }[] = []
  readonly calls: (readonly unknown[])[] = []
  /** What is wrong about when and how often it makes the servings that it wraps. */
  readonly making: string[] = []
  /** The reports of the runs, as long as somebody holds them. */
  readonly reports: WeakRef<object>[] = []
  readonly #laterChanges: (() => void)[] = []
  /** How often a wrapped serving was freed. */
  disposals = 0

  /** The same hooks, whose taps are watched. */
  of(hooks: MaestroHooks): MaestroHooks {
    return new Proxy(hooks, {
      get: (target, name) => {
        const hook = Reflect.get(target, name) as Hook
        return typeof name === 'string' && !contributing.has(name) && hook !== undefined ? this.#hook(name, hook) : hook
      },
    })
  }

  /** Finds what was changed after its tap had ended. */
  lookAgain(): void {
    for (const look of this.#laterChanges.splice(0)) look()
  }

  #hook(name: string, hook: Hook): Hook {
    return {
      ...(hook.hookKind === undefined ? {} : { hookKind: hook.hookKind }),
      tap: (by, tap) => hook.tap(by, this.#tap(name, tap)),
      tapPromise: (by, tap) => hook.tapPromise?.(by, this.#tap(name, tap)),
    }
  }

  #tap(hook: string, tap: Tap): Tap {
    this.tapped.add(hook)
    return (event) => {
      if (hook === 'servingNeeded') return this.#servingNeeded(tap, event as ServingNeededEvent)
      const before = shown(event)
      if (hook === 'runDone') {
        const { report } = event as RunEvent
        this.reports.push(new WeakRef(report))
        this.#laterChanges.push(() => changed())
      }
      const changed = () => {
        if (shown(event) !== before) this.changes.push(`${hook}: the event was\n${before}\nand is\n${shown(event)}`)
      }
      try {
        const result = tap(event)
        if (hook === 'requestStart') this.#requestStart(event as RequestEvent, result)
        if (result instanceof Promise) {
          const settled = result.then(changed, (error: unknown) => void this.failures.push(`${hook}: ${error}`))
          this.pending.push({ hook, work: watch(settled) })
        } else changed()
        return result
      } catch (error) {
        this.failures.push(`${hook}: ${error}`)
        throw error
      }
    }
  }

  #requestStart(event: RequestEvent, result: unknown): void {
    if (result === undefined) return
    const { request, ...about } = result as RequestEvent
    const { request: _, ...known } = event
    if (!isDeepStrictEqual(about, known)) this.failures.push('requestStart: it returns an event about another request')
    if (!Array.isArray(request?.messages)) this.failures.push('requestStart: it returns a request without messages')
    const lost = Object.keys(event.request).filter((setting) => !(setting in (request ?? {})))
    if (lost.length > 0) this.failures.push(`requestStart: it returns a request without its ${lost.join(' and ')}`)
  }

  #recorded(serving: Serving): Serving {
    return new Proxy(serving, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (name === 'dispose')
          return async () => {
            this.disposals++
            await target.dispose?.()
          }
        if ((name !== 'generate' && name !== 'embed') || typeof value !== 'function') return value
        return (...call: readonly unknown[]) => {
          this.calls.push(call)
          return Reflect.apply(value, target, call)
        }
      },
    })
  }

  #servingNeeded(tap: Tap, event: ServingNeededEvent): unknown {
    const made: Serving[] = []
    const make = () => {
      const serving = this.#recorded(event.make())
      made.push(serving)
      return serving
    }
    const result = tap({ ...event, make }) as ServingNeededEvent | undefined
    if (made.length > 0) this.making.push(`it makes "${event.name}" before anybody needs it`)
    if (result === undefined) return undefined
    if (result.name !== event.name || result.kind !== event.kind || typeof result.make !== 'function') {
      this.failures.push('servingNeeded: it returns an event about another serving')
      return event
    }
    return {
      ...result,
      make: () => {
        const before = made.length
        const outer = result.make()
        if (made.length !== before + 1) this.making.push(`it makes "${event.name}" ${made.length - before} times`)
        const inner = made.at(-1)
        if (inner !== undefined) this.wrapped.push({ inner, outer })
        return outer
      },
    }
  }
}

const shown = (event: unknown): string => inspect(event, { depth: 8, maxStringLength: 1000, maxArrayLength: 100 })
