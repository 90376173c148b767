import { openSync } from 'node:fs'
import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  maestroError,
  newColumn,
  type OperatorDefinition,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { OperatorCase } from '../../conformance/operator/operator-suite.js'
import type { OperatorSuiteOptions } from '../../conformance/operator/operator-subject.js'
import { scriptedServing, questionOf } from '../../scripted/scripted-serving.js'

/** An operator that breaks one rule, and the case of the suite that finds it. */
export interface WrongOperator {
  readonly fault: string
  readonly part: OperatorDefinition
  readonly rule: OperatorCase
  readonly settings?: OperatorSuiteOptions
}

/** The rows that the operators get. */
export const rows: readonly Row[] = [
  { text: 'a red fox', n: 3, kind: 'x' },
  { text: 'two ships', n: 1, kind: 'y' },
  { text: 'the third', n: 2, kind: 'x' },
]

type Kind = 'map' | 'filter' | 'flatMap' | 'mapBatches'
export type Texts = Readonly<{ text: string; n: number; kind: string }>

const effects: ColumnEffects = { reads: ['text'], adds: { result: 'string' } }

/** An operator that reads `text` and adds `result: string`, unless it says otherwise. `create` is called for each run. */
export function operator(kind: Kind, create: () => unknown, more: Partial<OperatorDefinition> = {}): OperatorDefinition {
  return {
    ...defineOperator({
      name: 'acme.tested',
      kind,
      options: z.strictObject({}),
      columns: () => (kind === 'filter' ? { reads: ['text'] } : effects),
      create: create as never,
    }),
    ...more,
  } as OperatorDefinition
}

/** A right text for any cell. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value.toUpperCase() : '')
export const right = (row: Texts) => ({ ...row, result: textOf(row.text) })

export const map = (run: (row: Texts) => unknown, more?: Partial<OperatorDefinition>) => operator('map', () => run, more)
export const batches = (run: (rows: readonly Texts[]) => unknown) => operator('mapBatches', () => run)
export const wrong = (rule: OperatorCase, fault: string, part: OperatorDefinition, settings?: OperatorSuiteOptions): WrongOperator => ({
  fault,
  part,
  rule,
  ...(settings === undefined ? {} : { settings }),
})

/** An operator with columns that its options name. */
export const named = (run: (options: { input: string; output: string }) => (row: Row) => unknown): OperatorDefinition =>
  defineOperator({
    name: 'acme.named',
    kind: 'map',
    options: { input: column('string'), output: newColumn('result') },
    adds: { '{output}': 'string' },
    create: run as never,
  }) as OperatorDefinition
export const byName = { options: { input: 'text', output: 'result' } }

class WholeTable extends GlobalOperator {
  readonly #process: (rows: AllRows, context: GlobalContext) => AsyncIterable<Batch>
  constructor(process: (rows: AllRows, context: GlobalContext) => AsyncIterable<Batch>) {
    super()
    this.#process = process
  }
  override process(rows: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    return this.#process(rows, context)
  }
}

export const whole = (process: (rows: AllRows, context: GlobalContext) => AsyncIterable<Batch>, declared: ColumnEffects = {}): OperatorDefinition =>
  defineOperator({
    name: 'acme.whole',
    kind: 'opaque',
    options: z.strictObject({}),
    columns: () => declared,
    create: () => new WholeTable(process),
  }) as OperatorDefinition

export const everyRow = async (all: AllRows): Promise<{ ids: string[]; rows: Row[] }> => {
  const out: { ids: string[]; rows: Row[] } = { ids: [], rows: [] }
  for await (const { ids, rows } of all) {
    out.ids.push(...ids)
    out.rows.push(...rows)
  }
  return out
}

const echo = () => scriptedServing((request) => questionOf(request).toUpperCase())
export const asking = (ask: (serving: Awaited<ReturnType<typeof echo>>, row: Texts, signal: AbortSignal) => unknown) =>
  defineOperator({
    name: 'acme.asks',
    kind: 'map',
    options: z.strictObject({}),
    columns: () => effects,
    servings: () => [{ kind: 'llm', name: 'default' }],
    inject: [SERVINGS],
    create:
      (_options, [servings]) =>
      (row, { signal }) =>
        ask(servings.get('default', 'llm') as ReturnType<typeof echo>, row as Texts, signal) as never,
  }) as OperatorDefinition
export const withModel = { project: { servings: { default: echo() } } }
export const messages = (row: Texts) => [{ role: 'user', content: textOf(row.text) } as const]

/** Operators that are right, of all kinds. */
export const rightOperators: readonly Omit<WrongOperator, 'rule'>[] = [
  { fault: 'map', part: map(right) },
  { fault: 'filter', part: operator('filter', () => (row: Texts) => textOf(row.text) !== '') },
  { fault: 'flatMap', part: operator('flatMap', () => (row: Texts) => [right(row), { ...row, result: '' }]) },
  { fault: 'mapBatches', part: batches((all) => all.map(right)) },
  { fault: 'map with named columns', part: named(({ input, output }) => (row) => ({ ...row, [output]: textOf(row[input]) })), settings: byName },
  { fault: 'map that asks a model', part: asking(async (serving, row, signal) => ({ ...row, result: (await serving.generate({ messages: messages(row) }, { signal })).text })), settings: withModel },
  {
    fault: 'opaque',
    part: whole(async function* (all) {
      const { ids, rows } = await everyRow(all)
      yield { ids, rows: rows.map((row) => ({ ...row, count: rows.length })) }
    }, { adds: { count: 'integer' } }),
  },
  { fault: 'map that is not deterministic and says so', part: map((row) => ({ ...row, result: String(Math.random()) }), { deterministic: false }) },
]

const refused = maestroError('MAESTRO_STEP_FAILED', { step: 'tested', reason: 'empty' })
let calls = 0
let active = 0
let today: (row: Texts) => unknown = right
const kept: Row[] = []

/** Operators that are wrong in what they make of values. */
const wrongWithValues: readonly WrongOperator[] = [
  wrong('its declaration is complete and does not change between calls', 'has no name', map(right, { name: '' })),
  wrong('its declaration is complete and does not change between calls', 'has a kind that does not exist', map(right, { kind: 'mapp' as never })),
  wrong('its declaration is complete and does not change between calls', 'declares a type that does not exist', map(right, { columns: () => ({ adds: { result: 'text' as never } }) })),
  wrong('its declaration is complete and does not change between calls', 'declares other columns each time', map(right, { columns: () => ({ adds: { [`result${calls++}`]: 'string' } }) })),
  wrong('an unknown option is a fault of the plan', 'accepts options that it does not know', map(right, { options: z.looseObject({}) })),
  wrong('it processes the sample rows', 'rejects everything', map(() => { throw new RangeError('no') })),
  wrong('it processes the sample rows', 'drops the other columns', map(({ text }) => ({ text, result: textOf(text) }))),
  wrong('it processes the sample rows', 'returns a text and not a row', map((row) => textOf(row.text))),
  wrong('it processes the sample rows', 'forgets to return the row', map((row) => void right(row))),
  wrong('it processes the sample rows', 'returns what is not true or false from a filter', operator('filter', () => (row: Texts) => row.text)),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'breaks at null', map((row) => ({ ...row, result: row.text.toUpperCase() }))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'breaks at an empty text', map((row) => ({ ...row, result: typeof row.text === 'string' ? (row.text[0] as string).toUpperCase() : '' }))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'breaks at half of a character', map((row) => ({ ...row, result: encodeURIComponent(textOf(row.text)) }))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'parses a text as JSON', operator('filter', () => (row: Texts) => textOf(row.text) === '' || String(JSON.parse(`"${row.text}"`)) !== '')),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'leaves the column out for an empty text', map((row) => (textOf(row.text) === '' ? { ...row } : right(row)))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'returns a number for a text of digits', map((row) => ({ ...row, result: /^-?\d+$/.test(textOf(row.text)) ? Number(row.text) : textOf(row.text) }))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'loses a column with an unusual name', map((row) => { const out: Record<string, unknown> = {}; for (const name of Object.keys(row)) out[name] = row[name as 'text']; return { ...out, result: textOf(row.text) } })),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'replaces missing cells by null', map((row) => ({ ...row, kind: row.kind ?? 'none', result: textOf(row.text) }))),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'rejects with an error that is not typed', map((row) => { if (textOf(row.text) === '') throw new RangeError('no text'); return right(row) })),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'returns something that cannot be stored', map((row) => ({ ...row, result: new Map([['text', row.text]]) }), { columns: () => ({ reads: ['text'], adds: { result: 'json' } }) })),
  wrong('values of all kinds are processed as declared, or rejected with a typed error', 'returns an object of a class', map((row) => ({ ...row, result: new URL('https://example.com') }), { columns: () => ({ reads: ['text'], adds: { result: 'json' } }) })),
  wrong('it processes a large cell or rejects the row with a typed error', 'passes each character as a parameter', map((row) => ({ ...row, result: String.fromCharCode(...[...textOf(row.text)].map((letter) => letter.charCodeAt(0))) }))),
  wrong('it accepts the same rows several times', 'stops after a hundred rows', operator('map', () => { let n = 0; return (row: Texts) => { if (++n > 100) throw new RangeError('full'); return right(row) } })),
  wrong('it does not change the rows that it receives', 'changes the row, and changes it back', map((row) => { const { text } = row; Object.assign(row, { text: 'x' }); Object.assign(row, { text }); return right(row) })),
  wrong('it accepts an empty input', 'is made for at least one row', whole(async function* (all) {
    const { ids, rows } = await everyRow(all)
    yield { ids, rows: rows.map((row) => ({ ...row })) }
    if ((rows[0] as Row).text === undefined) yield { ids: [], rows: [] }
  })),
]

/** Operators whose result depends on something besides the row. */
const wrongWithState: readonly WrongOperator[] = [
  wrong('a second run returns the same result', 'is random', map((row) => ({ ...row, result: String(Math.random()) }))),
  wrong('a second run returns the same result', 'counts in a variable of its module', map((row) => ({ ...row, result: String(calls++) }))),
  wrong('a run in a new process on another day returns the same result', 'writes the day into the row', map((row) => ({ ...row, result: new Date().toISOString().slice(0, 10) }))),
  wrong('a run in a new process on another day returns the same result', 'writes a time of the local time zone', map((row) => ({ ...row, result: new Date(0).toString() }))),
  wrong('it processes the sample rows', 'prints to standard output', map((row) => { console.log(row.text); return right(row) })),
  wrong('a row has the same result alone and among other rows', 'numbers the rows of a run', operator('map', () => { let n = 0; return (row: Texts) => ({ ...row, result: String(n++) }) })),
  wrong('a row has the same result alone and among other rows', 'holds the row in a variable while it waits', operator('map', () => { let current: Texts; return async (row: Texts) => { current = row; await null; return { ...row, result: textOf(current.text) } } })),
  wrong('a row has the same result alone and among other rows', 'sorts the results of a batch', batches((all) => { const texts = all.map((row) => textOf(row.text)).sort(); return all.map((row, n) => ({ ...row, result: texts[n] })) })),
  wrong('a row has the same result alone and among other rows', 'compares a row with the mean of its batch', batches((all) => all.map((row) => ({ ...row, result: String(all.reduce((sum, { text }) => sum + textOf(text).length, 0)) })))),
  wrong('a row has the same result alone and among other rows', 'rejects a whole batch for one row', batches((all) => { if (all.some(({ text }) => textOf(text) === '')) return all.map(() => refused); return all.map(right) })),
  wrong('a row has the same result alone and among other rows', 'remembers results by the first letter', operator('map', () => { const known = new Map<string, string>(); return (row: Texts) => { const key = textOf(row.text).charAt(0); if (!known.has(key)) known.set(key, textOf(row.text)); return { ...row, result: known.get(key) } } })),
  wrong('it processes the sample rows', 'returns one object again and again', operator('map', () => { const one = {}; return (row: Texts) => Object.assign(one, right(row)) })),
  wrong('the result does not depend on how rows are split into batches', 'works only with a full batch', batches((all) => (all.length > 2 ? all.map(right) : all.map((row) => ({ ...row, result: 'incomplete' }))))),
  wrong('equal rows have the same result within a run', 'drops rows that it has seen', operator('filter', () => { const seen = new Set<unknown>(); return (row: Texts) => !seen.has(row.text) && seen.add(row.text) !== undefined })),
  wrong('two concurrent runs do not affect each other', 'shares a variable between runs', operator('map', () => { active++; const run = async (row: Texts) => { await null; return { ...row, result: active > 1 ? 'mixed' : textOf(row.text) } }; return Object.assign(run, { dispose: () => void active-- }) })),
  wrong('the result depends only on the columns that it declares to read', 'reads a column that it does not declare', map((row) => ({ ...row, result: `${textOf(row.text)}${textOf(row.kind)}` }))),
  wrong('two steps with this operator do not affect each other', 'keeps its options in a variable of its module', named(({ input, output }) => { today = (row) => ({ ...row, [output]: textOf(row[input as 'text']) }); return (row) => today(row as Texts) }), byName),
  wrong('columns with unusual names work', 'reads columns by a path', named(({ input, output }) => (row) => ({ ...row, [output]: textOf(input.split('.').reduce<unknown>((value, name) => (value as Row)[name], row)).slice(0, 99), ...(input.includes('.') ? { [input.split('.')[0] ?? '']: 1 } : {}) })), byName),
  wrong('columns with unusual names work', 'reads columns by code', named(({ input, output }) => { const read = new Function('row', `return row.${input}`); return (row) => ({ ...row, [output]: textOf(read(row)) }) }), byName),
]

/** Operators that do not end as they should. */
const wrongAtTheEnd: readonly WrongOperator[] = [
  wrong('it ends when its signal fires, and can run again', 'does not pass on the signal', asking(async (serving, row) => ({ ...row, result: (await serving.generate({ messages: messages(row) })).text })), withModel),
  wrong('no work continues after the run', 'asks without waiting', asking((serving, row) => { void serving.generate({ messages: messages(row) }, {}); return right(row) }), withModel),
  wrong('it frees its resources', 'changes the working directory', operator('map', () => { process.chdir(process.cwd()); return right })),
  wrong('it frees its resources', 'changes a variable of the environment', operator('map', () => { process.env.ACME_TESTED = String(calls++); return right })),
  wrong('it frees its resources', 'changes what all lists have', operator('map', () => { Object.defineProperty(Array.prototype, 'acme', { value: calls++, configurable: true }); return right })),
  wrong('it frees its resources', 'leaves a timer', operator('map', () => { setInterval(() => undefined, 100_000); return right })),
  wrong('it frees its resources', 'leaves a file open', operator('map', () => { openSync(import.meta.filename, 'r'); return right })),
  wrong('it frees its resources', 'leaves a listener of the process', operator('map', () => { process.on('exit', () => undefined); return right })),
  wrong('it frees its resources', 'leaves a global name', operator('map', () => { Object.assign(globalThis, { [`acme${calls++}`]: 1 }); return right })),
  wrong('it frees its resources', 'fails when it is disposed', operator('map', () => Object.assign((row: Texts) => right(row), { dispose: () => { throw new RangeError('gone') } }))),
]

/** Operators over a whole storage. */
const wrongWhole: readonly WrongOperator[] = [
  wrong('the result does not depend on how rows are split into batches', 'reads one batch only', whole(async function* (all) { for await (const batch of all) { yield batch; return } })),
  wrong('the result does not depend on how rows are split into batches', 'numbers the rows of each batch', whole(async function* (all) { for await (const { ids, rows } of all) yield { ids, rows: rows.map((row, n) => ({ ...row, place: n })) } }, { adds: { place: 'integer' } })),
  wrong('a second run returns the same result', 'keeps the rows of the last run', whole(async function* (all) {
    const { ids, rows } = await everyRow(all)
    kept.push(...rows)
    yield { ids, rows: rows.map((row) => ({ ...row, count: kept.length })) }
  }, { adds: { count: 'integer' } })),
  wrong('a second run returns the same result', 'gives new rows random ids', whole(async function* () { yield { ids: [String(Math.random())], rows: [{ total: 1 }] } }, { adds: { total: 'integer' }, keeps: [] })),
  wrong('it processes the sample rows', 'returns a text where it declares a number', whole(async function* (all) { for await (const { ids, rows } of all) yield { ids, rows: rows.map((row) => ({ ...row, count: '1' })) } }, { adds: { count: 'integer' } })),
  wrong('it processes the sample rows', 'drops a column that it does not declare to drop', whole(async function* (all) { for await (const { ids, rows } of all) yield { ids, rows: rows.map(({ n: _, ...row }) => row) } })),
  wrong('it processes the sample rows', 'changes a column that it only reads', whole(async function* (all) { for await (const { ids, rows } of all) yield { ids, rows: rows.map((row) => ({ ...row, n: 0 })) } })),
  wrong('it processes the sample rows', 'gives two rows one id', whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids: ids.map(() => 'x'), rows } })),
  wrong('it processes the sample rows', 'creates columns that it does not declare', whole(async function* () { yield { ids: ['new'], rows: [{ colour: 'red' }] } }, { keeps: [] })),
]

export const operatorsForTheSuite: readonly WrongOperator[] = [...wrongWithValues, ...wrongWithState, ...wrongAtTheEnd, ...wrongWhole]
