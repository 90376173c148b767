import type { PipelineDefinition, Row } from '@maestro-dataflow/core'
import {
  loadPipeline,
  Maestro,
  type ResolvedConfig,
  type RunRecord,
  readRunState,
} from '@maestro-dataflow/core/runtime'
import type { GlobalOptions } from '../commands/command.js'
import { enrichConfig } from '../enrich/enrich-config.js'
import { questionSource } from '../enrich/question-source.js'

/**
 * The ids of the first rows of a run's source with certain values, compared as text. The source is read again, and the
 * rejected rows of the run are searched too.
 */
export async function idsWhere(
  record: RunRecord,
  project: { readonly config: ResolvedConfig; readonly options: GlobalOptions },
  where: Readonly<Record<string, string>>,
  most: number,
): Promise<readonly string[]> {
  const found = new Set<string>()
  const meant = Object.entries(where).map(([column, value]) => ({ column: column.trim(), values: textsOf(value) }))
  const isMeant = (row: Row) => meant.every(({ column, values }) => values.includes(String(row[column] ?? '')))
  for (const { id, row } of record.rejects())
    if (typeof row === 'object' && row !== null && isMeant(row as Row)) found.add(id)
  const { config, definition } = await sourceOf(record, project)
  const stop = new AbortController()
  const reading = new Maestro(async () => ({ ...config, run: { ...config.run, maxRejects: '100%' } }))
  try {
    await reading.runTo(
      { ...definition, steps: [], sinks: [], end: 'source' },
      {
        write({ ids, rows }) {
          for (const [index, row] of rows.entries()) if (isMeant(row)) found.add(ids[index] ?? '')
          if (found.size >= most) stop.abort()
        },
      },
      { signal: stop.signal },
    )
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    await reading.dispose()
  }
  return [...found].slice(0, most)
}

/** The texts that a value may mean: `city = "Lyon"` means Lyon too. */
const textsOf = (value: string): readonly string[] => {
  const trimmed = value.trim()
  return [value, trimmed, /^(["'])(.*)\1$/s.exec(trimmed)?.[2] ?? trimmed]
}

/** The pipeline of a run, as its command names it, and the config that it needs. Of a question, only the source is made. */
async function sourceOf(
  { directory, plan }: RunRecord,
  { config, options }: { readonly config: ResolvedConfig; readonly options: GlobalOptions },
): Promise<{ readonly config: ResolvedConfig; readonly definition: PipelineDefinition }> {
  const { command } = readRunState(directory)
  if (command?.question !== undefined) {
    const { file, options: asked } = command.question
    const source = questionSource(file, asked)
    return { config: await enrichConfig(options), definition: { name: command.pipeline, source, steps: [], sinks: [] } }
  }
  const params = (plan.params ?? {}) as Record<string, unknown>
  return { config, definition: await loadPipeline(command?.pipeline ?? plan.pipeline, config, params) }
}
