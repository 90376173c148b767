import type { IncrementalSettings } from '../contracts/incremental.js'
import type { PipelineDefinition, RowCondition, SinkNode, StepNode } from '../contracts/pipeline-definition.js'

/** One step as data: an operator's name and its options side by side. */
export interface StepData {
  readonly use: string
  /** A name for reports and for `after`. @default position and operator */
  readonly id?: string
  /** The step that precedes it: an id or `source`. @default the step before it in the list */
  readonly after?: string
  readonly onError?: 'reject' | 'fail'
  /** The maximum number of concurrent calls of the operator. */
  readonly concurrency?: number
  /**
   * As an object, the rows that the step works on: `{ score: { min: 3 } }`. Any other value is an option of the operator,
   * such as the expression of `table.filter`.
   */
  readonly where?: unknown
  readonly [option: string]: unknown
}

/** A sink as data. */
export interface SinkData {
  readonly use: string
  readonly id?: string
  /** The step whose rows the sink writes. @default the last step in the list */
  readonly after?: string
  readonly [option: string]: unknown
}

/** A pipeline as data: the form of YAML and JSON files, and of code that makes pipelines. */
export interface PipelineData {
  readonly name: string
  /** Parameters with their defaults; `null` means that a value must be given. Options use them as `${name}`. */
  readonly params?: Readonly<Record<string, string | number | boolean | null>>
  readonly read: { readonly use: string; readonly [option: string]: unknown }
  readonly steps?: readonly StepData[]
  readonly write?: SinkData | readonly SinkData[]
  /** Makes its runs process only rows that are new or have changed. */
  readonly incremental?: IncrementalSettings
}

/**
 * Creates a pipeline from data. The plan checks its columns.
 *
 * @example
 * definePipeline({
 *   name: 'clean',
 *   read: { use: 'fs.file', path: 'data/in.csv' },
 *   steps: [{ use: 'table.filter', where: "country = 'CN'" }],
 *   write: { use: 'fs.file', path: 'out/cn.jsonl' },
 * })
 */
export function definePipeline(data: Omit<PipelineData, 'params'>): PipelineDefinition {
  const { use, ...sourceOptions } = data.read
  const steps: StepNode[] = []
  for (const [index, step] of (data.steps ?? []).entries()) {
    const { use, id, after, onError, concurrency, ...others } = step
    const { where, ...rest } = others
    const isSetting = typeof where === 'object' && where !== null
    const options = isSetting ? rest : others
    const input = after ?? steps.at(-1)?.id ?? 'source'
    steps.push({
      id: id ?? `${index + 1}-${use}`,
      input,
      use,
      options,
      ...(onError === undefined ? {} : { onError }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(isSetting ? { where: where as RowCondition } : {}),
    })
  }
  const written =
    data.write === undefined
      ? []
      : Array.isArray(data.write)
        ? (data.write as readonly SinkData[])
        : [data.write as SinkData]
  const sinks = written.map((sink, index): SinkNode => {
    const { use, id, after, ...options } = sink
    return { id: id ?? `sink-${index + 1}`, input: after ?? steps.at(-1)?.id ?? 'source', use, options }
  })
  const { name, incremental } = data
  const source = { use, options: sourceOptions }
  return { name, source, steps, sinks, ...(incremental === undefined ? {} : { incremental }) }
}
