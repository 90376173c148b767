import type { Row } from '../../contracts/row.js'
import type { SourceDefinition, StorageContext } from '../../contracts/storage.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'

/** All rows of a source, held in memory. @throws what the source throws, and the error of a record that is no row */
export function readAllRows(
  source: SourceDefinition,
  options: unknown,
  context: Omit<StorageContext, 'runDirectory'>,
): Promise<readonly Row[]> {
  return inTemporaryFolder(async (runDirectory) => {
    const rows: Row[] = []
    for await (const batch of (await source.open(options, { ...context, runDirectory })).read()) {
      const [reject] = batch.rejects ?? []
      if (reject !== undefined) throw reject.error
      context.signal.throwIfAborted()
      for (const row of batch.rows) rows.push(row)
    }
    return rows
  })
}
