import { definePlugin, type Batch, type Executor, type LifecycleObservers, type Partition, type PluginDefinition, type Prompt, type Row, type TableEngine } from '@maestro-dataflow/core'
import type { MakeStorage } from '../../../conformance/row-storage-subject.js'
import { Asks, type Values } from '../careless/prompts.js'
import { executor, inTurn } from '../executors-for-the-suite.js'
import { FaultyStorage, maker } from '../faulty-storage.js'
import { type Line, MemoryEngine } from '../memory-engine.js'

type Batches = AsyncIterable<Batch> | Iterable<Batch>
interface Hasty<Make> {
  readonly fault: string
  readonly rule: string
  readonly make: Make
}

/** Copies the cells of a row, but for some. */
function keeping(copy: (value: unknown) => unknown, isList = false) {
  return class extends FaultyStorage {
    #kept: readonly Batch[] = []
    override async write(batches: Batches) {
      const all = await Array.fromAsync(batches)
      const result = await super.write(all)
      this.#kept = all.map(({ ids, rows }) => ({ ids: isList ? ids : [...ids], rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copy(value)]))) }))
      return result
    }
    override async *read() {
      yield* this.#kept.map(({ ids, rows }) => ({ ids: isList ? ids : [...ids], rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copy(value)]))) }))
    }
  }
}
const live = 'a later change of a given or returned object does not change the stored one'
const changing = (change: (row: Row) => Row) =>
  class extends FaultyStorage {
    override async *read() {
      for await (const batch of super.read()) yield { ...batch, rows: batch.rows.map(change) }
    }
  }

/** Row storages of authors in haste. */
export const hastyRowStorages: readonly Hasty<MakeStorage>[] = [
  { fault: 'keeps the dates that it was given', rule: live, make: maker(keeping((value) => (value instanceof Date ? value : structuredClone(value)))) },
  { fault: 'keeps the vectors that it was given', rule: live, make: maker(keeping((value) => (value instanceof Float32Array ? value : structuredClone(value)))) },
  { fault: 'copies one level of a value', rule: live, make: maker(keeping((value) => (Array.isArray(value) ? [...value] : value instanceof Uint8Array || value instanceof Float32Array ? value.slice() : value instanceof Date ? new Date(value) : typeof value === 'object' && value !== null ? { ...value } : value))) },
  { fault: 'keeps the list of ids that it was given', rule: live, make: maker(keeping((value) => structuredClone(value), true)) },
  { fault: 'sorts the columns of a row', rule: 'null, missing, and undefined values are distinguished; later rows may have more columns', make: maker(changing((row) => Object.fromEntries(Object.entries(row).toSorted()))) },
  { fault: 'cuts what is nested deep', rule: 'values of every type are read back unchanged', make: maker(changing((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cut(value, 4)])))) },
]
function cut(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)) return value
  if (depth === 0) return '...'
  return Array.isArray(value) ? value.map((one) => cut(one, depth - 1)) : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one, depth - 1)]))
}

const once = 'runs each partition once, and waits for all of them'
const failing = 'reports the failure of a partition'
/** Executors of authors in haste. */
export const hastyExecutors: readonly Hasty<() => Executor>[] = [
  { fault: 'keeps the partitions of a failed execution for the next', rule: 'can be used again, also after a failure', make: () => { const left: Partition[] = []; return executor(async (partitions, run) => { left.push(...partitions); while (left.length > 0) await run(left[0] as Partition).then(() => left.shift()) }) } },
  { fault: 'takes every second partition for done', rule: once, make: () => executor(async (partitions, run) => { let n = 0; for (const partition of partitions) if (n++ % 2 === 0) await run(partition) }) },
  { fault: 'takes an error that may be retried for none', rule: failing, make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition).catch(() => undefined) }) },
  { fault: 'says what failed as a text', rule: failing, make: () => executor(async (partitions, run) => { for (const partition of partitions) await run(partition).catch((error) => { throw String(error) }) }) },
  { fault: 'races its partitions', rule: once, make: () => executor(async (partitions, run) => { await Promise.race([...partitions].map(run)) }) },
  { fault: 'is content with any that succeeds', rule: failing, make: () => executor(async (partitions, run) => { const all = [...partitions]; if (all.length > 0) await Promise.any(all.map(run)) }) },
  { fault: 'runs the first partition first and once more at the end', rule: once, make: () => executor(async (partitions, run, signal) => { const all = [...partitions]; await inTurn(all, run, signal); if (all[0] !== undefined) await run(all[0]) }) },
  { fault: 'leaves a listener of the process', rule: 'frees what it holds', make: () => executor(async (partitions, run, signal) => { process.on('SIGUSR2', () => undefined); await inTurn(partitions, run, signal) }) },
]

const observer = (observe: (hooks: LifecycleObservers) => void): PluginDefinition => definePlugin({ name: 'acme-hasty', observe })
/** Observers of authors in haste. */
export const hastyObservers: readonly Hasty<() => PluginDefinition>[] = [
  { fault: 'changes what is nested in a rejected row', rule: 'no event is changed', make: () => observer((hooks) => hooks.rowRejected(({ row }) => void Object.assign(row as object, { nested: { deep: [] } }))) },
  { fault: 'deletes a column of a rejected row', rule: 'no event is changed', make: () => observer((hooks) => hooks.rowRejected(({ row }) => void Reflect.deleteProperty(row as object, 'text'))) },
  { fault: 'changes the folder of the process', rule: 'changes nothing else in the process', make: () => observer((hooks) => hooks.runStart(() => process.chdir(process.cwd()))) },
  { fault: 'replaces the clock', rule: 'changes nothing else in the process', make: () => observer((hooks) => hooks.runStart(() => void (Date.now = (now => () => now())(Date.now)))) },
  { fault: 'throws null', rule: 'no tap fails, whatever happens', make: () => observer((hooks) => hooks.runDone(() => { throw null })) },
]

const anyText = 'any text appears in the prompt unchanged'
const asking = (format: (text: string, values: Values) => string) => () => Object.assign(new Asks(), { format: (values: Values) => format(new Asks().format(values), values) })
/** Prompts of authors in haste. */
export const hastyPrompts: readonly Hasty<() => Prompt>[] = [
  { fault: 'lists its values in the order that it was given', rule: 'does not change between calls', make: asking((text, values) => `${text}${Object.keys(values).join()}`) },
  { fault: 'shows every value that it is given', rule: 'reads exactly the variables that it names', make: asking((text, values) => `${text}\n${JSON.stringify(Object.entries(values).toSorted())}`) },
  { fault: 'makes tabs spaces', rule: anyText, make: asking((text) => text.replaceAll('\t', '  ')) },
  { fault: 'makes one kind of line end', rule: anyText, make: asking((text) => text.replaceAll('\r\n', '\n')) },
  { fault: 'removes what cannot be seen', rule: anyText, make: asking((text) => text.replace(/[\u200B\u0000]/g, '')) },
  { fault: 'writes round quotation marks', rule: anyText, make: asking((text) => text.replaceAll("'", '’')) },
  { fault: 'removes a fence of code', rule: anyText, make: asking((text) => text.replaceAll('```', '')) },
  { fault: 'removes empty lines', rule: anyText, make: asking((text) => text.replace(/\n\n+/g, '\n')) },
  { fault: 'writes small digits for wide ones', rule: anyText, make: asking((text) => text.normalize('NFKC')) },
  { fault: 'has the minute in its question', rule: 'does not change between calls', make: asking((text) => `${new Date().toISOString().slice(0, 16)} ${text}`) },
  { fault: 'drops a variable', rule: anyText, make: asking((text, values) => text.replace(String(values.tone), '')) },
]

const engine = (change: (right: MemoryEngine) => Partial<MemoryEngine>) => () => Object.assign(new MemoryEngine(), change(new MemoryEngine()))
const chunks = (lines: readonly Line[], size = 100) => Array.from({ length: Math.ceil(lines.length / size) }, (_, at) => lines.slice(at * size, (at + 1) * size))
const inChunks = (kind: string, size?: number) => engine((right) => ({ apply: (statement, lines) => (statement.kind === kind ? chunks(lines, size).flatMap((part) => right.apply(statement, part)) : right.apply(statement, lines)) }))
const hundreds = 'statements over many rows treat all of them alike'
const value = 'a parameter without a value is a fault'
/** Table engines of authors in haste. */
export const hastyEngines: readonly Hasty<() => TableEngine>[] = [
  { fault: 'filters its first hundred rows', rule: hundreds, make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'filter' ? [...right.apply(statement, lines.slice(0, 100)), ...lines.slice(100)] : right.apply(statement, lines)) })) },
  { fault: 'sorts each hundred rows', rule: hundreds, make: inChunks('sort') },
  { fault: 'finds duplicates within a hundred rows', rule: hundreds, make: inChunks('dedupe') },
  { fault: 'groups each hundred rows', rule: hundreds, make: inChunks('aggregate') },
  { fault: 'sees a hundred rows in a window', rule: hundreds, make: inChunks('window') },
  { fault: 'holds a hundred groups', rule: hundreds, make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'aggregate' ? right.apply(statement, lines).slice(0, 100) : right.apply(statement, lines)) })) },
  { fault: 'draws its sample from the first hundred rows', rule: hundreds, make: engine((right) => ({ sample: (lines, seed, count) => right.sample(lines.slice(0, 100), seed, count) })) },
  { fault: 'counts a place of a limit within a hundred', rule: hundreds, make: engine((right) => ({ apply: (statement, lines) => (statement.kind === 'limit' ? right.apply({ ...statement, offset: (statement.offset ?? 0) % 100 }, lines) : right.apply(statement, lines)) })) },
  { fault: 'gives the rows of its second thread first', rule: hundreds, make: engine((right) => ({ apply: (statement, lines) => { const out = right.apply(statement, lines); return statement.kind === 'filter' && out.length > 100 ? [...out.slice(100), ...out.slice(0, 100)] : out } })) },
  { fault: 'takes a parameter without a value for null', rule: value, make: engine((right) => ({ prepare: async (statements, set) => { const done = await right.prepare(statements, set); return statements.some((one) => one.kind === 'filter' && one.where.includes('$') && Object.keys(one.params ?? {}).length === 0) ? { ...done, faults: [] } : done } })) },
]
