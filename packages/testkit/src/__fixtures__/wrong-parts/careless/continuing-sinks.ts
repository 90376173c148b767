import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { defineSink, maestroError, type Row, type SinkDefinition, type SinkReceiptName } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { CarelessSink } from './sinks.js'

interface Stored {
  readonly rows: readonly Row[]
  readonly receipts: Readonly<Record<string, { readonly fingerprint: string; readonly rows: number }>>
}

const nothing: Stored = { rows: [], receipts: {} }
const load = (path: string): Promise<Stored> => readFile(path, 'utf8').then(JSON.parse, () => nothing)
const nameOf = ({ run, sink }: SinkReceiptName): string => `${run}/${sink}`

/** How a sink with checkpoints, receipts, and a key differs from a right one. */
interface Fault {
  /** What is behind a checkpoint, of what was written. */
  readonly kept?: (kept: readonly Row[], state: { readonly rows: number }) => readonly Row[]
  readonly state?: (rows: number) => unknown
  /** Whether a checkpoint makes the rows visible. */
  readonly early?: true
  /** Whether a writer goes on although nothing is there. */
  readonly forgiving?: true
  readonly counts?: (rows: number, before: number) => number
  /** Whether an aborted writer leaves what it has made safe. */
  readonly leaves?: true
  readonly receipt?: 'none' | 'of any name' | 'before the commit' | 'twice' | 'without its rows'
  readonly exists?: boolean
  readonly held?: (rows: readonly Row[]) => readonly Row[]
  readonly removes?: (rows: readonly Row[], isGone: (row: Row) => boolean) => readonly Row[]
}

/** A sink of a JSON file whose writers can go on, keep receipts, and remove rows, and that differs in one respect. */
export function continuingSink(fault: Fault = {}): SinkDefinition {
  const { kept = (all, { rows }) => all.slice(0, rows), state = (rows) => ({ rows }), counts = (rows) => rows } = fault
  const { held = (rows) => rows, removes = (rows, isGone) => rows.filter((row) => !isGone(row)) } = fault
  return defineSink({
    options: { path: z.string() },
    target: ({ path }) => path,
    continues: () => true,
    async open({ path: name }, { directory, receipt, continues }) {
      const path = join(directory, name)
      const safe = `${path}.safe`
      const before = await load(path)
      await mkdir(dirname(path), { recursive: true })
      const at = continues?.state as { readonly rows: number } | undefined
      const earlier: Row[] | undefined = at && (await readFile(safe, 'utf8').then(JSON.parse, () => undefined))
      if (at !== undefined && earlier === undefined && fault.forgiving !== true)
        throw maestroError('MAESTRO_RUN_OUTPUT_LOST', { output: name })
      const rows: Row[] = at === undefined ? [] : [...kept(earlier ?? [], at)]
      const begun = rows.length
      let removed: ((row: Row) => boolean) | undefined
      const own = receipt === undefined ? undefined : nameOf(receipt)
      const put = (stored: Stored) => writeFile(path, JSON.stringify(stored))
      if (own !== undefined && fault.receipt === 'before the commit')
        await put({ ...before, receipts: { ...before.receipts, [own]: { fingerprint: 'the same rows', rows: 0 } } })
      return {
        keepsReceipt: true,
        write: (batch) => void rows.push(...batch.rows.map((row) => JSON.parse(JSON.stringify(row)))),
        async checkpoint() {
          await writeFile(safe, JSON.stringify(rows))
          if (fault.early === true) await put({ ...before, rows })
          return { state: state(rows.length) }
        },
        async suspend() {
          await writeFile(safe, JSON.stringify(rows))
        },
        removeRows: async (_columns, isGone) => void (removed = isGone),
        async commit() {
          if (own !== undefined && before.receipts[own] !== undefined && fault.receipt !== 'twice')
            throw maestroError('MAESTRO_RUN_OUTPUT_LOST', { output: name })
          const noted = { fingerprint: receipt?.fingerprint ?? '', rows: rows.length }
          const receipts = own === undefined || fault.receipt === 'none' ? {} : { [own]: noted }
          const all = removed === undefined ? rows : [...removes(before.rows, removed), ...rows]
          await put({ rows: fault.receipt === 'without its rows' ? [] : all, receipts: { ...before.receipts, ...receipts } })
          await rm(safe, { force: true })
          return { rows: counts(rows.length, begun), location: path }
        },
        abort: () => (fault.leaves === true ? Promise.resolve() : rm(safe, { force: true })),
      }
    },
    async findReceipt({ path }, { directory }, name) {
      const { receipts } = await load(join(directory, path))
      const found = fault.receipt === 'of any name' ? Object.values(receipts)[0] : receipts[nameOf(name)]
      return found && { fingerprint: found.fingerprint, result: { rows: found.rows, location: path } }
    },
    async mergeable({ path }, { directory }) {
      const stored = await readFile(join(directory, path), 'utf8').then(JSON.parse, () => undefined)
      const { rows = [] } = (stored ?? {}) as Partial<Stored>
      return {
        exists: fault.exists ?? stored !== undefined,
        rows: async function* () {
          const all = held(rows)
          yield { ids: all.map((_, index) => `r${index}`), rows: all }
        },
        key: ['n'],
      }
    },
  }) as SinkDefinition
}

/** What is visible at the target of such a sink. */
export async function visibleRows({ path }: { path: string }, { directory }: { readonly directory: string }) {
  return (await load(join(directory, path))).rows
}

const goesOn = 'a writer goes on behind its checkpoint, and no row is lost or written twice'
const abandoned = 'a writer that went on behind a checkpoint can be abandoned'
const receipts = 'a receipt tells which commit has ended'
const incremental = 'what the target holds is known to an incremental run'

/** Sinks of careless authors that can do more than write, each with the rule that finds it. */
export const carelessContinuingSinks: readonly CarelessSink[] = [
  { fault: 'keeps what was written after its checkpoint', rule: goesOn, part: continuingSink({ kept: (all) => all }) },
  { fault: 'loses what was written before its checkpoint', rule: goesOn, part: continuingSink({ kept: () => [] }) },
  { fault: 'loses one row at its checkpoint', rule: goesOn, part: continuingSink({ kept: (all, { rows }) => all.slice(0, rows - 1) }) },
  { fault: 'has a checkpoint that JSON cannot hold', rule: goesOn, part: continuingSink({ state: (rows) => new Map([['rows', rows]]) }) },
  { fault: 'counts only the rows behind its checkpoint', rule: goesOn, part: continuingSink({ counts: (rows, before) => rows - before }) },
  { fault: 'makes rows visible at its checkpoint', rule: goesOn, part: continuingSink({ early: true }) },
  { fault: 'goes on where nothing is', rule: abandoned, part: continuingSink({ forgiving: true }) },
  { fault: 'leaves its rows for a later run when it is aborted', rule: abandoned, part: continuingSink({ leaves: true }) },
  { fault: 'says that it keeps receipts, and keeps none', rule: receipts, part: continuingSink({ receipt: 'none' }) },
  { fault: 'finds the receipt of any run', rule: receipts, part: continuingSink({ receipt: 'of any name' }) },
  { fault: 'writes its receipt before the commit', rule: receipts, part: continuingSink({ receipt: 'before the commit' }) },
  { fault: 'commits twice under one name', rule: receipts, part: continuingSink({ receipt: 'twice' }) },
  { fault: 'writes a receipt without its rows', rule: receipts, part: continuingSink({ receipt: 'without its rows' }) },
  { fault: 'says that there is an output before the first one', rule: incremental, part: continuingSink({ exists: true }) },
  { fault: 'does not find its output', rule: incremental, part: continuingSink({ exists: false }) },
  { fault: 'reads back fewer rows than it wrote', rule: incremental, part: continuingSink({ held: (rows) => rows.slice(1) }) },
  { fault: 'keeps what it was told to remove', rule: incremental, part: continuingSink({ removes: (rows) => rows }) },
  { fault: 'removes too much', rule: incremental, part: continuingSink({ removes: () => [] }) },
]
