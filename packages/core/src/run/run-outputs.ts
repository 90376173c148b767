import type { Batch, Row, RowId } from '../contracts/row.js'
import type { SinkWriter, StorageContext, WriteResult } from '../contracts/storage.js'
import { MaestroError } from '../errors/maestro-error.js'
import type { CompiledSink } from '../pipeline/compile/compiled-pipeline.js'

/** Takes the rows at the end of a stage. */
export interface RowOutput {
  write(batch: Batch): void | Promise<void>
}

/**
 * The sinks of a run. They are opened when their stage begins and committed together when the whole run has
 * succeeded: a run that fails leaves every output as it was.
 */
export class RunOutputs {
  readonly #open = new Map<string, SinkWriter>()
  readonly #storage: StorageContext
  readonly #overwrite: boolean

  constructor(storage: StorageContext, overwrite: boolean) {
    this.#storage = storage
    this.#overwrite = overwrite
  }

  async open(sink: CompiledSink): Promise<SinkWriter> {
    const { definition, options, columns } = sink
    const writer = await definition.open(options, { ...this.#storage, columns, overwrite: this.#overwrite })
    this.#open.set(sink.node.id, writer)
    return writer
  }

  /** Makes all outputs visible, in the order in which they were opened. */
  async commit(done: (sink: string, result: WriteResult) => void): Promise<void> {
    for (const [id, writer] of this.#open) {
      const result = await writer.commit()
      this.#open.delete(id)
      done(id, result)
    }
  }

  /** Removes what was written and not committed. */
  async abort(): Promise<void> {
    for (const writer of this.#open.values()) await writer.abort()
    this.#open.clear()
  }
}

/**
 * Writes a batch to a sink. A row that the sink refuses is handed to `reject`; the rows around it go in.
 *
 * The sink names the row in the error and has written nothing of the batch when it throws.
 */
export async function writeWithRejects(
  writer: SinkWriter,
  batch: Batch,
  reject: (id: RowId, row: Row, error: MaestroError) => void,
): Promise<void> {
  let left = batch
  for (;;) {
    try {
      await writer.write(left)
      return
    } catch (error) {
      const refused = MaestroError.is(error) && error.rowId !== undefined ? left.ids.indexOf(error.rowId) : -1
      if (!MaestroError.is(error) || refused === -1) throw error
      reject(left.ids[refused] as RowId, left.rows[refused] as Row, error)
      left = {
        ids: left.ids.filter((_, index) => index !== refused),
        rows: left.rows.filter((_, index) => index !== refused),
      }
      if (left.rows.length === 0) return
    }
  }
}
