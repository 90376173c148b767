import { definePlugin, type LifecycleObservers, type PluginDefinition } from '@maestro-dataflow/core'

const observer = (observe: (hooks: LifecycleObservers) => void) => () => definePlugin({ name: 'acme', observe })
type Servings = { generate: (...call: never[]) => Promise<object> }
const wrapping = (wrap: (inner: Servings) => object) =>
  observer((hooks) => hooks.servingNeeded((event) => ({ ...event, make: () => { const inner = event.make(); return wrap(inner as never) as never } })))

/** Observers of careless authors, each with the rule that finds it. */
export const carelessObservers: readonly { fault: string; make: () => PluginDefinition; rule: string }[] = [
  { fault: 'sets a variable of the environment', rule: 'changes nothing else in the process', make: observer((hooks) => hooks.runStart(() => void (process.env.ACME_RUN = 'x'))) },
  { fault: 'prints to standard output', rule: 'changes nothing else in the process', make: observer((hooks) => hooks.runDone(() => console.log('done'))) },
  { fault: 'adds a method to all lists', rule: 'changes nothing else in the process', make: observer((hooks) => hooks.runStart(() => void Object.defineProperty(Array.prototype, 'acmeLast', { configurable: true, value: () => 1 }))) },
  { fault: 'rewrites the question', rule: 'rows and answers are those without it', make: observer((hooks) => hooks.requestStart((event) => ({ ...event, request: { ...event.request, messages: [{ role: 'user', content: 'Be short.' }] } }))) },
  { fault: 'raises the temperature', rule: 'rows and answers are those without it', make: observer((hooks) => hooks.requestStart((event) => ({ ...event, request: { ...event.request, temperature: 1 } }))) },
  { fault: 'changes an event after a while', rule: 'no event is changed', make: observer((hooks) => hooks.runDone(({ report }) => void setImmediate(() => Object.assign(report.counts, { rejected: 0 })))) },
  { fault: 'sends without waiting, and the sending fails', rule: 'no tap fails, whatever happens', make: observer((hooks) => hooks.runDone(() => void Promise.reject(new RangeError('no network')))) },
  { fault: 'copies a serving without its methods', rule: 'rows and answers are those without it', make: wrapping((inner) => ({ ...inner, embed: undefined })) },
  { fault: 'makes a serving at once, even if it is never needed', rule: 'a serving that it wraps is made once, when it is needed', make: observer((hooks) => hooks.servingNeeded((event) => { const made = event.make(); return { ...event, make: () => made } })) },
  { fault: 'makes every serving twice', rule: 'a serving that it wraps is made once, when it is needed', make: observer((hooks) => hooks.servingNeeded((event) => ({ ...event, make: () => { event.make(); return event.make() } }))) },
  { fault: 'gives one serving for all names', rule: 'rows and answers are those without it', make: (() => { let one: unknown; return observer((hooks) => hooks.servingNeeded((event) => ({ ...event, make: () => (one ??= event.make()) as never }))) })() },
  { fault: 'sets the exit code of the process', rule: 'changes nothing else in the process', make: observer((hooks) => hooks.runDone(({ report }) => { if (report.status === 'failed') process.exitCode = 3 })) },
  { fault: 'sorts the rejects of the report', rule: 'no event is changed', make: observer((hooks) => hooks.runDone(({ report }) => void (report.rejects as unknown[]).reverse())) },
  { fault: 'keeps what it has seen of every run', rule: 'keeps nothing of a run that has ended', make: (() => { const all: unknown[] = []; return observer((hooks) => hooks.runDone((event) => void all.push(event))) })() },
  { fault: 'throws away answers that are long', rule: 'a serving that it wraps stays the same serving', make: wrapping((inner) => ({ ...inner, generate: async (...call: never[]) => { const { usage: _, ...answer } = (await inner.generate(...call)) as { usage: unknown }; return answer } })) },
  { fault: 'asks each question twice', rule: 'a serving that it wraps stays the same serving', make: wrapping((inner) => ({ ...inner, generate: async (...call: never[]) => { await inner.generate(...call); return inner.generate(...call) } })) },
]
