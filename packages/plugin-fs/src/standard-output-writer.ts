import { createReadStream } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, maestroError, type RefusedRow, type SinkWriter, type WriteResult } from '@maestro-dataflow/core'
import { FileSinkWriter, type Finishing } from './file-sink-writer.js'
import type { RowEncoder } from './row-encoder.js'

const shown = 'standard output'

/** Waits for each piece: `pipeline` never settles when standard output fails, which stays open for others. */
const print = (piece: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(piece, (error) => (error == null ? resolve() : reject(error)))
  })

/** The codes of errors of a stream that nobody reads any more. */
const closed = ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_UNABLE_TO_PIPE']

/** Writes to standard output when all rows are there, so that a failed run prints none. */
export class StandardOutputWriter implements SinkWriter {
  readonly #folder: string
  readonly #file: FileSinkWriter

  private constructor(folder: string, file: FileSinkWriter) {
    this.#folder = folder
    this.#file = file
  }

  static async open(encoder: RowEncoder, finishing: Finishing): Promise<StandardOutputWriter> {
    const folder = await mkdtemp(join(tmpdir(), 'maestro-output-'))
    const path = join(folder, 'rows')
    const target = { shown, isFilled: false, publish: (rows: string) => rename(rows, path) }
    const file = await FileSinkWriter.open({
      target,
      beside: path,
      compression: undefined,
      plain: false,
      run: folder,
      continues: undefined,
      encoder: () => encoder,
      ...finishing,
    })
    return new StandardOutputWriter(folder, file)
  }

  write(batch: Batch): void | Promise<void> {
    return this.#file.write(batch)
  }

  async refusedAtEnd(): Promise<readonly RefusedRow[]> {
    return (await this.#file.refusedAtEnd?.()) ?? []
  }

  get rowsWritten(): number {
    return this.#file.rowsWritten
  }

  async commit(): Promise<WriteResult> {
    const written = await this.#file.commit()
    try {
      for await (const piece of createReadStream(join(this.#folder, 'rows'))) await print(piece)
    } catch (error) {
      // A reader that has read enough, such as `head`, is not an error.
      if (closed.includes(String((error as NodeJS.ErrnoException).code))) return written
      throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: shown, reason: (error as Error).message }, error)
    } finally {
      await this.#removeFolder()
    }
    return written
  }

  async abort(): Promise<void> {
    await this.#file.abort()
    await this.#removeFolder()
  }

  #removeFolder(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }
}
