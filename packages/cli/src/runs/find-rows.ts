import type { Row } from '@maestro-dataflow/core'
import { loadPipeline, Maestro, type ResolvedConfig, type RunRecord } from '@maestro-dataflow/core/runtime'

/**
 * The ids of the first rows of a run's source with certain values, compared as text. The source is read again, and the
 * rejected rows of the run are searched too.
 */
export async function idsWhere(
  record: RunRecord,
  config: ResolvedConfig,
  where: Readonly<Record<string, string>>,
  most: number,
): Promise<readonly string[]> {
  const found = new Set<string>()
  const isMeant = (row: Row) => Object.entries(where).every(([column, value]) => String(row[column] ?? '') === value)
  for (const { id, row } of record.rejects())
    if (typeof row === 'object' && row !== null && isMeant(row as Row)) found.add(id)
  const { plan } = record
  const definition = await loadPipeline(plan.pipeline, config, (plan.params ?? {}) as Record<string, unknown>)
  const stop = new AbortController()
  const project = new Maestro(async () => ({ ...config, run: { ...config.run, maxRejects: '100%' } }))
  try {
    await project.runTo(
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
    await project.dispose()
  }
  return [...found].slice(0, most)
}
