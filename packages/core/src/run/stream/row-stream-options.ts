import type { RowChainOptions } from './chain-events.js'
import type { Entry } from './ordered-window.js'
import type { EmitRows } from './output-buffer.js'
import type { StreamPartitions } from './stream-partitions.js'

export interface RowStreamOptions extends RowChainOptions {
  /** The maximum number of rows in progress at once; each child of a flatMap counts. */
  readonly rowsInFlight: number
  /**
   * The maximum bytes of rows in progress. The same limit applies again to finished rows that wait for an earlier one.
   */
  readonly bytesInFlight: number
  readonly spillPath: string
  /** Stops the stream. Operators receive a signal that also fires when the stream fails. */
  readonly signal: AbortSignal
  /** Receives the rows that come out, in order. The stream waits for a returned promise. */
  readonly emit: EmitRows
  /** Receives each record that leaves, in order, before its rows. */
  readonly left?: ((entry: Entry) => void) | undefined
  /** Cuts what leaves into partitions. */
  readonly partitions?: StreamPartitions | undefined
}
