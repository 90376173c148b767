import type { LifecycleObservers } from '@maestro-dataflow/core'

/** An observer that fails, and the hook at which it does. */
export interface WrongObserver {
  readonly fault: string
  readonly hook: keyof LifecycleObservers
  observe(hooks: LifecycleObservers): void
}

const hooks = ['runStart', 'stepStart', 'sourceProgress', 'batchDone', 'rowRejected', 'stepDone', 'runDone'] as const

/** What a tap may do wrong. */
const faults: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new TypeError('no')
  },
  'throws nothing': () => {
    throw undefined
  },
  'rejects its promise': async () => {
    await null
    throw new TypeError('no')
  },
  'gives back a promise of its own that fails': () => Promise.reject(new TypeError('no')),
}

/** Observers that fail at each hook in each way: the rows come through, and the report names plugin and hook. */
export const wrongObservers: readonly WrongObserver[] = hooks.flatMap((hook) =>
  Object.entries(faults).map(([fault, tap]) => ({
    fault: `${fault} at ${hook}`,
    hook,
    observe: (all: LifecycleObservers) => all[hook](tap as () => void),
  })),
)
