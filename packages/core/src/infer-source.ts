import type { ResolvedConfig } from './config/resolved-config.js'
import { columnNames } from './contracts/column-order.js'
import type { PipelineDefinition } from './contracts/pipeline-definition.js'
import type { ColumnSet, ColumnType, Row } from './contracts/row.js'
import type { SuggestedOptions } from './contracts/source.js'
import type { CompiledSource } from './pipeline/compile/compiled-pipeline.js'
import { ColumnInference } from './pipeline/compile/infer-columns.js'
import type { RunSettings } from './run-settings.js'

/** The settings of a look at the first rows of a source. */
export interface InferenceSettings extends Pick<RunSettings, 'params' | 'signal'> {
  /** The number of rows to look at. @default 10,000 */
  readonly rows?: number | undefined
}

/** What the first rows of a source say about it. */
export interface InferredSource {
  /** The options that the source suggests, such as the columns and the delimiter of a CSV file. */
  readonly options: Readonly<Record<string, unknown>>
  /** The number of rows that were looked at. */
  readonly rows: number
  readonly columns: readonly InferredColumn[]
}

/** What the first rows say about a column. */
export interface InferredColumn {
  readonly name: string
  readonly type: ColumnType
  /** The number of rows without a value: null, missing, or an empty text. */
  readonly empty: number
  /** What the values may mean besides. */
  readonly remark?: string
}

/** What a source says about its options. Most sources say nothing, because their rows have types. */
export async function suggestedOptions(
  { definition, options }: CompiledSource,
  { directory, allowOutsidePaths: allowOutside, allowPrivateAddresses }: ResolvedConfig,
  rows: number,
): Promise<SuggestedOptions> {
  const context = { directory, allowOutside, allowPrivateAddresses, rows }
  return (await definition?.inferOptions?.(options, context)) ?? { options: {} }
}

/** A pipeline of nothing but the source, with these options besides its own. */
export function sourceAlone(
  { name, source }: PipelineDefinition,
  options: Readonly<Record<string, unknown>>,
): PipelineDefinition {
  if (source === undefined || 'rows' in source) return { name, source, steps: [], sinks: [] }
  const given = (source.options ?? {}) as Readonly<Record<string, unknown>>
  return { name, source: { ...source, options: { ...given, ...options } }, steps: [], sinks: [] }
}

/** The columns that the source states, and those of the rows. A type that it does not state is that of the values. */
export function inferredColumns(
  stated: ColumnSet,
  rows: readonly Row[],
  remarks: Readonly<Record<string, string>> = {},
): readonly InferredColumn[] {
  const inference = new ColumnInference()
  inference.add(rows)
  const found = inference.columns
  const typeOf = (name: string): ColumnType => {
    const type = Object.hasOwn(stated.columns, name) ? stated.columns[name] : undefined
    if (type !== undefined && type !== 'unknown') return type
    return (Object.hasOwn(found, name) ? found[name] : undefined) ?? 'unknown'
  }
  const names = new Set([...columnNames(stated.columns), ...columnNames(found)])
  return [...names].map((name) => ({
    name,
    type: typeOf(name),
    empty: rows.filter((row) => isEmpty(row, name)).length,
    ...(Object.hasOwn(remarks, name) && { remark: remarks[name] }),
  }))
}

function isEmpty(row: Row, name: string): boolean {
  const value = Object.hasOwn(row, name) ? row[name] : undefined
  return value === undefined || value === null || value === ''
}
