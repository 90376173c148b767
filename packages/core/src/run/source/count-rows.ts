import type { SourceReader } from '../../contracts/storage.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import type { RunEnvironment } from '../run-context.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'

/** How long rows are counted before the rest is told from the bytes, in milliseconds. */
const patience = 5000

/**
 * How many rows a source has: as it says itself, else by reading it; of one that is long, from the share of its bytes
 * that was read. Undefined for rows given in code that can be read once only, and where nothing tells.
 */
export async function countRows(
  { source }: CompiledPipeline,
  environment: RunEnvironment,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly count: number; readonly exact: boolean } | undefined> {
  if ('rows' in source.node) {
    const { rows } = source.node
    return Array.isArray(rows) ? { count: rows.length, exact: true } : undefined
  }
  return inTemporaryFolder(async (runDirectory) => {
    const { directory, allowOutside, logger } = environment
    const context = { directory, allowOutside, logger, signal, runDirectory }
    const reader = await source.definition?.open(source.options, context)
    if (reader === undefined) return undefined
    return reader.rowCount === undefined ? readToCount(reader) : { count: reader.rowCount, exact: true }
  })
}

async function readToCount(reader: SourceReader) {
  const deadline = performance.now() + patience
  let count = 0
  for await (const { rows } of reader.read()) {
    count += rows.length
    if (performance.now() < deadline) continue
    const { bytesRead = 0, bytesTotal = 0 } = reader.progress?.() ?? {}
    return bytesRead === 0 ? undefined : { count: Math.round((count * bytesTotal) / bytesRead), exact: false }
  }
  return { count, exact: true }
}
