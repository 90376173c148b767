import type { SourceReader } from '../../contracts/source.js'
import type { CompiledPipeline } from '../../pipeline/compile/compiled-pipeline.js'
import type { RunEnvironment } from '../run-environment.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'

/** The time in milliseconds during which rows are counted. The rest is then estimated from the bytes. */
const patience = 5000

/**
 * The number of rows of a source: as the source states it, or else counted by reading. For a long source, it is
 * estimated from the share of the bytes that was read. It is undefined for rows in code that can be read only once, and
 * when the number cannot be determined.
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
    const { directory, allowOutside, allowPrivateAddresses, logger } = environment
    const context = { directory, allowOutside, allowPrivateAddresses, logger, signal, runDirectory }
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
