import type { PipelineDefinition, Row } from '@maestro-dataflow/core'
import type { Maestro } from '@maestro-dataflow/core/runtime'

const sampled = 100

/** A file and its format. */
export interface FileSource {
  readonly path: string
  readonly delimiter?: string
  readonly encoding?: string
}

/** The columns of a file, found in its first rows. It is undefined if the file has no rows. */
export async function fileColumns(
  project: Maestro,
  source: FileSource,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const columns = new Set<string>()
  for (const row of await firstRows(project, source, sampled, signal))
    for (const column of Object.keys(row)) columns.add(column)
  return columns.size === 0 ? undefined : [...columns]
}

/** The first rows of a file of any known format. */
export function firstRows(
  project: Maestro,
  source: FileSource,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  const definition: PipelineDefinition = {
    name: 'first-rows',
    source: { use: 'fs.file', options: source },
    steps: [],
    sinks: [],
  }
  return Array.fromAsync(project.rows(definition, { limit, ...(signal === undefined ? {} : { signal }) }))
}
