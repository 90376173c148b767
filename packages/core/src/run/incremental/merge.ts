import type { Row } from '../../contracts/row.js'
import { maestroError } from '../../errors/error-table.js'
import { hashOfKey } from './row-hashes.js'

/** Which rows of an output stay. */
export interface Merge {
  readonly key: readonly string[]
  /** Whether rows would be lost if the output is missing. */
  readonly mustExist: boolean
  /** Whether an earlier run has written rows that may stay. Otherwise a file has nothing but the rows of this run. */
  readonly continues: boolean
  /** Whether a row of an earlier run stays in an output that is written anew. */
  stays(key: Buffer): boolean
  /** Whether the run processes a row of the source with this key. */
  isProcessed(key: Buffer): boolean
  /** Which rows to remove from an output that replaces rows by their key; undefined for none. */
  readonly removal: Removal | undefined
}

/** Which rows of earlier runs to remove from an output. */
export interface Removal {
  /** Whether the row of the source with this key is gone. */
  isGone(key: Buffer): boolean
  /** Whether the run processes a row of the source with this key that an earlier run has processed. */
  isChanged(key: Buffer): boolean
  /** The number of those. */
  readonly changed: number
}

/**
 * The hash of the key of a row that is written.
 *
 * @throws MAESTRO_INCREMENTAL_OUTPUT if the run processes no row of the source with this key
 */
export function assertProcessed(row: Row, sink: string, { key, isProcessed }: Merge): Buffer {
  const hash = hashOfKey(row, key)
  if (hash !== undefined && isProcessed(hash)) return hash
  const reason = `a row has another key (${key.join(', ')}) than the row of the source from which it was made`
  throw maestroError('MAESTRO_INCREMENTAL_OUTPUT', { sink, reason })
}
