import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { defineErrors, type OperatorDefinition, type Row } from '@maestro-dataflow/core'
import { someTurns } from '../../../conformance/outcomes.js'
import {
  asking,
  batches,
  byName,
  everyRow,
  messages,
  named,
  operator,
  right,
  type Texts,
  textOf,
  type WrongOperator,
  whole,
  withModel,
  wrong,
} from '../operators-for-the-suite.js'

const alone = 'a row has the same result alone and among other rows'
const again = 'equal rows have the same result within a run'
const asDeclared = 'values of all kinds are processed as declared, or rejected with a typed error'
const samples = 'it processes the sample rows'
const split = 'the result does not depend on how rows are split into batches'
const ends = 'it ends when its signal fires, and can run again'
const many = 'it accepts the same rows several times'
const frees = 'it frees its resources'
const unchanged = 'it does not change the rows that it receives'
const declared = 'its declaration is complete and does not change between calls'

const acmeError = defineErrors({ ACME_EMPTY: { message: (_: object) => 'The text is empty.', hint: () => 'Write one.' } })
const empty = () => acmeError('ACME_EMPTY', {})
const never = new Promise<never>(() => undefined)
const each = (make: () => (row: Texts) => unknown, more?: Partial<OperatorDefinition>) => operator('map', make, more)
const result = (row: Texts, text: unknown) => ({ ...row, result: text })

const rowWise: readonly WrongOperator[] = [
  wrong(alone, 'prepares itself while the second row is already under way', each(() => { let words: Promise<string> | undefined; let ready = ''; return async (row) => { if (words === undefined) { words = someTurns().then(() => 'X'); ready = await words } return result(row, `${ready}${textOf(row.text)}`) } })),
  wrong(alone, 'fails at every row after the first that failed', each(() => { let broken = false; return (row) => { broken ||= textOf(row.text) === ''; if (broken) throw empty(); return right(row) } })),
  wrong(alone, 'compares with the row before', each(() => { let before = ''; return (row) => { const text = textOf(row.text); const changed = result(row, text === before ? 'same' : 'new'); before = text; return changed } })),
  wrong(alone, 'keeps a running total', each(() => { let total = 0; return (row) => { total += textOf(row.text).length; return result(row, String(total)) } })),
  wrong(alone, 'remembers results by the text without regard to case', each(() => { const known = new Map<string, string>(); return (row) => { const text = typeof row.text === 'string' ? row.text : ''; const key = text.toLowerCase(); if (!known.has(key)) known.set(key, text); return result(row, known.get(key)) } })),
  wrong(alone, 'remembers results by a cell that was made a text', each(() => { const known = new Map<string, string>(); return (row) => { const key = String(row.text); if (!known.has(key)) known.set(key, textOf(row.text)); return result(row, known.get(key)) } })),
  wrong(alone, 'remembers results by the trimmed text', each(() => { const known = new Map<string, string>(); return (row) => { const text = typeof row.text === 'string' ? row.text : ''; if (!known.has(text.trim())) known.set(text.trim(), text); return result(row, known.get(text.trim())) } })),
  wrong(alone, 'uses a pattern that remembers its place', each(() => { const space = /\s/g; return (row) => result(row, space.test(textOf(row.text)) ? 'several words' : 'one word') })),
  wrong(alone, 'answers with the first result that arrives', each(() => { const waiting: Promise<string>[] = []; return async (row) => { waiting.push(sleep(textOf(row.text).length % 3).then(() => textOf(row.text))); return result(row, await Promise.race(waiting)) } })),
  wrong(again, 'marks what comes a second time', each(() => { const seen = new Set<unknown>(); return (row) => { const known = seen.has(row.text); seen.add(row.text); return result(row, known ? 'again' : textOf(row.text)) } })),
  wrong(many, 'stops at its hundredth row', operator('filter', () => { let kept = 0; return () => ++kept <= 100 })),
  wrong(many, 'gives up after many rows, without an error', each(() => { const seen: unknown[] = []; return (row) => { seen.push(row.text); return seen.length > 64 ? undefined : right(row) } })),
  wrong(asDeclared, 'is made for pairs of UTF-16', each(() => (row) => { for (const letter of textOf(row.text)) if ((letter.codePointAt(0) ?? 0) > 0xff_ff && letter.length !== 1) throw new RangeError('bad letter'); return right(row) })),
  wrong(asDeclared, 'gives nothing but the row for a blank text', each(() => (row) => (textOf(row.text).trim() === '' ? row : right(row)))),
  wrong(asDeclared, 'gives a list for a text with a comma', each(() => (row) => result(row, textOf(row.text).includes(',') ? textOf(row.text).split(',') : textOf(row.text)))),
  wrong(asDeclared, 'gives a date for a text that looks like one', each(() => (row) => result(row, /^\d{4}-\d\d-\d\d$/.test(textOf(row.text)) ? new Date(String(row.text)) : textOf(row.text)))),
  wrong(asDeclared, 'gives no number for what is none', each(() => (row) => ({ ...row, size: textOf(row.text) === '' ? '' : textOf(row.text).length }), { columns: () => ({ reads: ['text'], adds: { size: 'integer' } }) })),
  wrong(asDeclared, 'gives a fraction where it declares an integer', each(() => (row) => ({ ...row, share: textOf(row.text).length / 7 }), { columns: () => ({ reads: ['text'], adds: { share: 'integer' } }) })),
  wrong(asDeclared, 'makes undefined cells null', each(() => (row) => result(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null])) as never, textOf(row.text)), { columns: () => ({ reads: ['text'], adds: { result: 'string' } }) })),
  wrong(asDeclared, 'copies the row as JSON', each(() => (row) => result(JSON.parse(JSON.stringify(row)), textOf(row.text).toWellFormed()))),
  wrong(asDeclared, 'trims all cells', each(() => (row) => result(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])) as never, ''))),
  wrong(asDeclared, 'writes the names of all columns small', each(() => (row) => result(Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])) as never, ''))),
  wrong(asDeclared, 'throws a text', each(() => (row) => { if (textOf(row.text) === '') throw 'empty'; return right(row) })),
  wrong(asDeclared, 'rejects with an error that has a code of its own', each(() => (row) => { if (textOf(row.text) === '') throw Object.assign(new Error('empty'), { code: 'ACME_EMPTY' }); return right(row) })),
  wrong(asDeclared, 'leaves an error to nobody', each(() => (row) => { if (textOf(row.text) === '') void Promise.reject(new RangeError('nobody hears')); return right(row) })),
  wrong(unchanged, 'counts in its options', named((options) => { const own = options as { input: string; output: string; calls?: number }; return (row) => { own.calls = (own.calls ?? 0) + 1; return { ...row, [own.output]: textOf(row[own.input]) } } }), byName),
  wrong(unchanged, 'sets a default in its options', named((options) => { Object.assign(options, { output: options.output ?? 'result' }); return (row) => ({ ...row, [options.output]: textOf(row[options.input]) }) }), byName),
  wrong(samples, 'returns the rows of a filter', operator('filter', () => (row: Texts) => (textOf(row.text) === '' ? false : row))),
  wrong(samples, 'returns a promise of a list for one row', each(() => async (row) => [right(row)])),
  wrong(samples, 'returns the result alone', each(() => (row) => ({ result: textOf(row.text) }))),
  wrong(samples, 'adds its version as a column', each(() => (row) => ({ ...right(row), version: 1 }))),
  wrong(declared, 'declares that it reads a text', each(() => right, { columns: () => ({ reads: 'text' as never, adds: { result: 'string' } }) })),
  wrong(declared, 'declares an effect that does not exist', each(() => right, { columns: () => ({ reads: ['text'], add: { result: 'string' } }) as never })),
  wrong(declared, 'names its vector store with a text', each(() => right, { vectorStores: () => 'kb' as never })),
  wrong(declared, 'names its serving with a text', each(() => right, { servings: () => ['default'] as never })),
  wrong(declared, 'works on batches of no rows', operator('mapBatches', () => (rows: readonly Texts[]) => rows.map(right), { batchSize: () => 0 })),
]

const severalRows: readonly WrongOperator[] = [
  // Batches.
  wrong(alone, 'gives each row the result of the next', batches((all) => all.map((row, n) => result(row, textOf((all[n + 1] ?? all[0])?.text))))),
  wrong(alone, 'leaves out empty texts and counts on', batches((all) => { const asked = all.filter(({ text }) => textOf(text) !== '').map(({ text }) => textOf(text)); return all.map((row, n) => result(row, asked[n] ?? '')) })),
  wrong(alone, 'asks for each text once, and mixes up whose it was', batches((all) => { const texts = [...new Set(all.map(({ text }) => textOf(text)))]; return all.map((row, n) => result(row, texts[n] ?? '')) })),
  wrong(alone, 'puts the longest text first', batches((all) => { const sorted = all.toSorted((a, b) => textOf(b.text).length - textOf(a.text).length); return all.map((row, n) => result(row, textOf(sorted[n]?.text))) })),
  wrong(alone, 'makes all texts as long as the longest', batches((all) => { const size = Math.max(...all.map(({ text }) => Math.min(99, textOf(text).length))); return all.map((row) => result(row, textOf(row.text).slice(0, 99).padEnd(size))) })),
  wrong(samples, 'returns one result for a batch', batches((all) => result(all[0] as Texts, ''))),
  wrong(samples, 'keeps the last row for the next batch', operator('mapBatches', () => { let left: Texts[] = []; return (all: readonly Texts[]) => { const ready = [...left, ...all.slice(0, -1)]; left = all.slice(-1); return ready.map(right) } })),
  wrong(asDeclared, 'returns null for a row that it cannot process', batches((all) => all.map((row) => (textOf(row.text) === '' ? null : right(row))))),
  wrong(asDeclared, 'returns the error of the library', batches((all) => all.map((row) => (textOf(row.text) === '' ? new RangeError('no text') : right(row))))),
  wrong(split, 'does the first two rows of a batch', batches((all) => all.map((row, n) => (n < 2 ? right(row) : result(row, ''))))),
  // Filters, and rows that become several.
  wrong(alone, 'keeps every second row', operator('filter', () => { let n = 0; return () => n++ % 2 === 0 })),
  wrong(alone, 'decides by the row before', operator('filter', () => { let before = true; return (row: Texts) => { const keep = before; before = textOf(row.text) !== ''; return keep } })),
  wrong(samples, 'says yes by the text yes', operator('filter', () => (row: Texts) => (textOf(row.text) === '' ? 'no' : 'yes'))),
  wrong(asDeclared, 'says nothing about a cell without a text', operator('filter', () => (row: Texts) => (typeof row.text === 'string' ? true : undefined))),
  wrong(alone, 'gives the parts of the row before', operator('flatMap', () => { let before: unknown[] = []; return (row: Texts) => { const parts = before; before = [right(row)]; return parts } })),
  wrong(alone, 'numbers the parts of all rows', operator('flatMap', () => { let n = 0; return (row: Texts) => [result(row, String(n++)), result(row, String(n++))] })),
  wrong(samples, 'gives a text for a list of rows', operator('flatMap', () => (row: Texts) => textOf(row.text))),
  wrong(samples, 'gives texts for rows', operator('flatMap', () => (row: Texts) => textOf(row.text).split(' '))),
  wrong(asDeclared, 'gives nothing instead of no rows', operator('flatMap', () => (row: Texts) => (textOf(row.text) === '' ? undefined : [right(row)]))),
  wrong(asDeclared, 'fails in the middle of its parts', operator('flatMap', () => function* (row: Texts) { yield right(row); if (textOf(row.text) === '') throw new RangeError('no more'); yield right(row) })),
  wrong(samples, 'yields the row and changes it', operator('flatMap', () => function* (row: Texts) { for (const part of textOf(row.text).split(' ')) { Object.assign(row, { result: part }); yield row } })),
]

const atTheEnd: readonly WrongOperator[] = [
  wrong(ends, 'stops its clock and waits for it', each(() => right, { create: () => async (row: Texts, { signal }: { signal: AbortSignal }) => { await new Promise<void>((resolve) => { const timer = setTimeout(resolve, 5); signal.addEventListener('abort', () => clearTimeout(timer)) }); return right(row) } })),
  wrong(ends, 'waits without an end after its signal', asking(async (serving, row, signal) => { try { return result(row, (await serving.generate({ messages: messages(row) }, { signal })).text) } catch { return never } }), withModel),
  wrong(ends, 'asks again after its signal', asking(async (serving, row, signal) => { for (let tries = 0; tries < 60; tries++) { try { return result(row, (await serving.generate({ messages: messages(row) }, { signal })).text) } catch { await sleep(50) } } return right(row) }), withModel),
  wrong(ends, 'remembers that it was stopped', (() => { let stopped = false; return each(() => right, { create: () => async (row: Texts, { signal }: { signal: AbortSignal }) => { await setImmediate(); stopped ||= signal.aborted; return stopped ? result(row, 'stopped') : right(row) } }) })()),
  wrong('no work continues after the run', 'answers before all of its questions are answered', asking(async (serving, row, signal) => { const two = [1, 2].map(() => serving.generate({ messages: messages(row) }, { signal }).then(({ text }) => text)); for (const one of two) one.catch(() => undefined); return result(row, await Promise.race([Promise.resolve(''), ...two])) }), withModel),
  wrong(frees, 'leaves a timer for each row', each(() => (row) => { setTimeout(() => undefined, 100_000); return right(row) })),
  wrong(frees, 'hangs when it is disposed', operator('map', () => Object.assign((row: Texts) => right(row), { dispose: () => never }))),
  wrong(frees, 'sets a time zone', operator('map', () => { process.env.TZ = process.env.TZ === 'Asia/Tokyo' ? 'Europe/Rome' : 'Asia/Tokyo'; return right })),
]

const overAll: readonly WrongOperator[] = [
  wrong(samples, 'sorts the rows and not their ids', whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids, rows: rows.toSorted((a, b) => String(b.text).localeCompare(String(a.text))) } })),
  wrong(samples, 'gives its rows other ids', whole(async function* (all) { const { rows } = await everyRow(all); yield { ids: rows.map((_, n) => `new${n}`), rows } })),
  wrong(samples, 'forgets the ids of the rows that it left out', whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids, rows: rows.slice(1) } })),
  wrong(samples, 'moves the ids by one', whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids: ids.slice(0, -1), rows: rows.slice(1) } })),
  wrong(samples, 'gives a number as an id', whole(async function* (all) { const { rows } = await everyRow(all); yield { ids: rows.map((_, n) => n) as never, rows } })),
  wrong(samples, 'says that it dropped what it writes', whole(async function* (all, context) { const { ids, rows } = await everyRow(all); context.dropped(ids[0] as string, 'a test'); yield { ids, rows } })),
  wrong(samples, 'writes a promise', whole(async function* (all) { const { ids, rows } = await everyRow(all); yield { ids, rows: rows.map((row) => ({ ...row, later: Promise.resolve(1) })) } }, { adds: { later: 'integer' } })),
  wrong(samples, 'does not add what it declares', whole(async function* (all) { yield* all }, { adds: { place: 'integer' } })),
  wrong(split, 'removes duplicates of each batch', whole(async function* (all) { for await (const { ids, rows } of all) { const seen = new Set<unknown>(); const first = rows.map(({ kind }) => !seen.has(kind) && seen.add(kind) !== undefined); yield { ids: ids.filter((_, n) => first[n]), rows: rows.filter((_, n) => first[n]) } } })),
  wrong(split, 'takes the first rows of each batch', whole(async function* (all) { for await (const { ids, rows } of all) yield { ids: ids.slice(0, 2), rows: rows.slice(0, 2) } })),
  wrong(split, 'leaves out the last batch', whole(async function* (all) { let before: Parameters<typeof Object>[0]; for await (const batch of all) { if (before !== undefined) yield before; before = batch } })),
  wrong('a second run returns the same result', 'counts on from run to run', (() => { let place = 0; return whole(async function* (all) { for await (const { ids, rows } of all) yield { ids, rows: rows.map((row) => ({ ...row, place: place++ })) } }, { adds: { place: 'integer' } }) })()),
  wrong('a second run returns the same result', 'is shuffled', whole(async function* (all) { const { ids, rows } = await everyRow(all); const order = rows.map((_, n) => n).toSorted(() => Math.random() - 0.5); yield { ids: order.map((n) => ids[n] as string), rows: order.map((n) => rows[n] as Row) } })),
  wrong(asDeclared, 'fails at a table without texts', whole(async function* (all) { const { ids, rows } = await everyRow(all); for (const { text } of rows) if (typeof text !== 'string') throw new TypeError('no text'); yield { ids, rows } })),
  wrong(unchanged, 'writes into the rows that it reads', whole(async function* (all) { for await (const { ids, rows } of all) { for (const row of rows) Object.assign(row, { seen: true }); yield { ids, rows } } }, { adds: { seen: 'boolean' } })),
  wrong(unchanged, 'sorts the rows where they are', whole(async function* (all) { for await (const { ids, rows } of all) { (rows as Row[]).reverse(); (ids as string[]).reverse(); yield { ids, rows } } })),
]

/** Operators of careless authors, each with the rule that finds it. */
export const carelessOperators: readonly WrongOperator[] = [...rowWise, ...severalRows, ...atTheEnd, ...overAll]
