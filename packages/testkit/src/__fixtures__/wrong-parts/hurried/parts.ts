import { definePlugin, type Executor, type LifecycleObservers, type Partition, type PluginDefinition, type Prompt } from '@maestro-dataflow/core'
import { Asks, type Values } from '../careless/prompts.js'
import { executor, inTurn } from '../executors-for-the-suite.js'
import { MemoryEngine, type Line } from '../memory-engine.js'

const done = new Set<number>()
let executions = 0

/** Executors of authors in a hurry. */
export const hurriedExecutors: readonly { readonly fault: string; readonly rule: string; readonly make: () => Executor }[] = [
  { fault: 'runs no partition whose number it has run before', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { for (const partition of partitions) if (!done.has(partition.index)) { done.add(partition.index); await run(partition) } }) },
  { fault: 'works only the second time', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run, signal) => { if (executions++ === 0) throw new RangeError('not ready'); await inTurn(partitions, run, signal) }) },
  { fault: 'throws null when its signal has fired', rule: 'reports the failure of a partition', make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition).catch(() => { throw null }) }) },
  { fault: 'forgets to wait in a forEach', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { [...partitions].forEach(async (partition) => { await run(partition) }) }) },
  { fault: 'leaves out the last chunk if it is not full', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { const all = [...partitions]; for (let at = 0; at + 2 <= all.length; at += 2) await Promise.all(all.slice(at, at + 2).map(run)) }) },
  { fault: 'returns before the last partition has begun', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { const all = [...partitions]; const last = all.pop(); for (const partition of all) await run(partition); if (last !== undefined) setTimeout(() => void run(last).catch(() => undefined), 5) }) },
  { fault: 'closes its pool after the first execution', rule: 'can be used again, also after a failure', make: () => { let open = true; return executor(async (partitions, run, signal) => { if (!open) throw new RangeError('closed'); await inTurn(partitions, run, signal); open = false }) } },
  { fault: 'freezes and copies the partitions', rule: 'runs each partition once, and waits for all of them', make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(Object.freeze({ ...partition, index: String(partition.index) }) as never as Partition) }) },
]

const observer = (observe: (hooks: LifecycleObservers) => void) => () => definePlugin({ name: 'acme', observe })
type Wrapped = { generate: (...call: never[]) => Promise<object> }
const wrapping = (wrap: (inner: Wrapped) => object) => observer((hooks) => hooks.servingNeeded((event) => ({ ...event, make: () => wrap(event.make() as never) as never })))
const answers = new Map<string, object>()
let steps = 0

/** Observers of authors in a hurry. */
export const hurriedObservers: readonly { readonly fault: string; readonly rule: string; readonly make: () => PluginDefinition }[] = [
  { fault: 'throws null', rule: 'no tap fails, whatever happens', make: observer((hooks) => hooks.rowRejected(() => { throw null })) },
  { fault: 'returns a promise from a waterfall', rule: 'no tap fails, whatever happens', make: observer((hooks) => hooks.servingNeeded((async (event: object) => event) as never)) },
  { fault: 'counts on a step before the end of each run', rule: 'no tap fails, whatever happens', make: observer((hooks) => { hooks.stepStart(() => void steps++); hooks.runDone(() => { if (steps === 0) throw new RangeError('no step'); steps = 0 }) }) },
  { fault: 'freezes the report', rule: 'no tap fails, whatever happens', make: observer((hooks) => hooks.runDone(({ report }) => void (Object.freeze(report.counts), Object.assign(report.counts, { rowsIn: 1 })))) },
  { fault: 'keeps answers across runs', rule: 'rows and answers are those without it', make: wrapping((inner) => Object.assign(Object.create(inner), { generate: async (...call: never[]) => { const known = answers.get('last') ?? (await inner.generate(...call)); answers.set('last', known); return known } })) },
  { fault: 'asks again by itself with other settings', rule: 'rows and answers are those without it', make: wrapping((inner) => Object.assign(Object.create(inner), { generate: (...[request, ...more]: never[]) => inner.generate({ ...(request as unknown as object), seed: 7 } as never, ...more) })) },
  { fault: 'drops the signal of a call', rule: 'a serving that it wraps stays the same serving', make: wrapping((inner) => Object.assign(Object.create(inner), { generate: (...[request, options]: never[]) => inner.generate(request as never, { ...(options as unknown as object), signal: undefined } as never) })) },
  { fault: 'deletes what it has seen of the request', rule: 'no event is changed', make: observer((hooks) => hooks.requestStart((event) => { Reflect.deleteProperty(event.request, 'seed'); return event })) },
]

const asks = (methods: object) => () => Object.defineProperties(new Asks(), Object.getOwnPropertyDescriptors(methods))
/** Prompts of authors in a hurry. */
export const hurriedPrompts: readonly { readonly fault: string; readonly rule: string; readonly make: () => Prompt }[] = [
  { fault: 'replaces $& in a text', rule: 'a missing value causes a typed error', make: asks({ format: (values: Values) => 'In the tone {tone}: {text}'.replace('{tone}', String(values.tone)).replace('{text}', String(values.text)) }) },
  { fault: 'forgets to await its text', rule: 'does not change between calls', make: asks({ format: async (values: Values) => new Asks().format(values) }) },
  { fault: 'throws null for what is missing', rule: 'a missing value causes a typed error', make: asks({ assertInputs: (values: Values) => { if (values.text === undefined) throw null }, format: (values: Values) => { if (values.text === undefined || values.tone === undefined) throw null; return `${values.tone} ${values.text}` } }) },
  { fault: 'removes the values that it has used', rule: 'does not change between calls', make: asks({ format: (values: Values) => { const text = new Asks().format(values); Reflect.deleteProperty(values, 'tone'); return text } }) },
  { fault: 'reads a text as a template once more', rule: 'any text appears in the prompt unchanged', make: asks({ format: (values: Values) => new Asks().format(values).replaceAll('{{tone}}', String(values.tone)) }) },
  { fault: 'is never the same text', rule: 'does not change between calls', make: asks({ format: (values: Values) => `${new Asks().format(values)} ${Math.random()}` }) },
]

const engine = (change: (right: MemoryEngine) => object) => () => { const right = new MemoryEngine(); return Object.assign(new MemoryEngine(), change(right)) as MemoryEngine }
const many = 100
/** Table engines of authors in a hurry, who have tried them with a few rows. */
export const hurriedEngines: readonly { readonly fault: string; readonly rule: string; readonly make: () => MemoryEngine }[] = [
  { fault: 'reports the first hundred rows that it leaves out', rule: 'each of many rows has its place, its group, and its report', make: engine((right) => ({ report: (request: { leftOut?: (rows: object) => void }, ...others: never[]) => right.report({ ...request, leftOut: ({ ids, into }: { ids: string[]; into?: string[] }) => request.leftOut?.({ ids: ids.slice(0, many), ...(into === undefined ? {} : { into: into.slice(0, many) }) }) } as never, ...(others as unknown as [never, never, never])) })) },
  { fault: 'mixes up which row a duplicate became part of', rule: 'each of many rows has its place, its group, and its report', make: engine((right) => ({ report: (request: { leftOut?: (rows: object) => void }, ...others: never[]) => right.report({ ...request, leftOut: ({ ids, into }: { ids: string[]; into?: string[] }) => request.leftOut?.({ ids, ...(into === undefined ? {} : { into: ids.length > many ? into.toReversed() : into }) }) } as never, ...(others as unknown as [never, never, never])) })) },
  { fault: 'numbers groups by their first characters', rule: 'a group has equal values in all of its columns, and no columns are one group', make: engine((right) => ({ apply: (...call: Parameters<MemoryEngine['apply']>) => right.apply(...call).map((line): Line => (line.id.startsWith('group:') ? { ...line, id: line.id.slice(0, 10) } : line)) })) },
  { fault: 'numbers groups in their order of that day', rule: 'each of many rows has its place, its group, and its report', make: engine((right) => { let n = 0; return { apply: (...call: Parameters<MemoryEngine['apply']>) => { const lines = right.apply(...call); return lines.map((line): Line => (line.id.startsWith('group:') && lines.length > many ? { ...line, id: `group:${n++}` } : line)) } } }) },
  { fault: 'loses the order of equal rows when there are many', rule: 'each of many rows has its place, its group, and its report', make: engine((right) => ({ apply: (...call: Parameters<MemoryEngine['apply']>) => { const lines = right.apply(...call); return call[0].kind === 'sort' && lines.length > many ? lines.toReversed().toSorted((one, other) => right.compare(one.row, other.row, (call[0] as unknown as { by: never }).by)) : lines } })) },
  { fault: 'keeps another duplicate when there are many', rule: 'each of many rows has its place, its group, and its report', make: engine((right) => ({ apply: (...[statement, lines]: Parameters<MemoryEngine['apply']>) => right.apply(statement.kind === 'dedupe' && lines.length > many ? { ...statement, keep: 'last' } : statement, lines) })) },
  { fault: 'counts with texts', rule: 'a filter keeps the rows for which its expression is true', make: engine((right) => ({ execute: async (...call: Parameters<MemoryEngine['execute']>) => { const counts = await right.execute(...call); return { ...counts, rowsOut: String(counts.rowsOut) } } })) },
]
