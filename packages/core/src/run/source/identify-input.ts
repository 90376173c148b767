import { inspect } from 'node:util'
import type { SourceNode } from '../../contracts/pipeline-definition.js'
import { RowSource } from '../../contracts/row-source.js'
import type { SourceReader } from '../../contracts/source.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import { sourceVersion } from '../../pipeline/compile/describe-options.js'
import { hashOf } from '../durability/stage-fingerprint.js'

/** The number of rows at each end of an array that identify it. */
const endRows = 1000

/**
 * Identifies what a source will read, by parts with names for people. It is undefined for a source that cannot say
 * whether its rows have changed, such as a generator: the rows that were read once are then those of the run.
 */
export async function identifyInput(
  source: SourceNode,
  reader: SourceReader,
  isFull: boolean,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (!('rows' in source)) return reader.identity?.(isFull)
  const { rows } = source
  if (typeof rows === 'function') return { 'the function of the source': sourceVersion(rows) }
  if (!Array.isArray(rows)) return undefined
  const some = isFull || rows.length <= 2 * endRows ? rows : [...rows.slice(0, endRows), ...rows.slice(-endRows)]
  return { 'the rows of the source': hashOf([rows.length, describeRows(some)]) }
}

/** Identifies what the sources in the options of steps will read, by step. */
export async function identifyOthers(
  { steps }: CompiledPipeline,
  isFull: boolean,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const parts = new Map<string, Readonly<Record<string, string>>>()
  for (const [id, { options }] of steps) {
    const sources = Object.values(options ?? {})
      .flatMap((value) => (isNamedSources(value) ? Object.values(value) : value))
      .filter((value): value is RowSource => value instanceof RowSource)
    const found = await Promise.all(sources.map((source) => source.identity(isFull)))
    const entries = found.flatMap((identity) => Object.entries(identity ?? {}))
    if (entries.length > 0) parts.set(id, Object.fromEntries(entries.map(([name, part]) => [`${name} of ${id}`, part])))
  }
  return parts
}

/** Whether an option holds several sources, by names. */
function isNamedSources(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => one instanceof RowSource)
}

/** Rows as text; rows that JSON cannot express are described. */
function describeRows(rows: readonly unknown[]): string {
  try {
    return JSON.stringify(rows)
  } catch {
    return inspect(rows, { depth: 10, maxArrayLength: null, maxStringLength: null })
  }
}
