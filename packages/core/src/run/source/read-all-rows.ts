import type { Row } from '../../contracts/row.js'
import type { SourceDefinition, StorageContext } from '../../contracts/storage.js'
import { inTemporaryFolder } from '../state/in-temporary-folder.js'

/** Reads all rows of a source into memory. @throws the error of the source, or of a record that is not a row */
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
