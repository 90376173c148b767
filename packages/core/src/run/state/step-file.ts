import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import type { Batch, Row, RowId } from '../../contracts/row.js'
import type { SourceBatch } from '../../contracts/storage.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import { failpoint } from '../durability/failpoints.js'
import { syncName } from '../durability/sync-folder.js'
import { stateErrors } from './state-errors.js'

const flushBytes = 1 << 18

/** Writes rows to a temporary file that becomes the step file when `commit` returns. */
export class StepFileWriter {
  readonly path: string
  readonly #file: FileHandle
  #lines: string[] = []
  #length = 0
  rows = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /** @throws MAESTRO_RUN_STATE */
  static async open(path: string): Promise<StepFileWriter> {
    return stateErrors(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: ownFolder })
      return new StepFileWriter(path, await open(`${path}.tmp`, 'w', ownFile))
    })
  }

  /** @throws MAESTRO_ROW_UNENCODABLE naming the row, in which case nothing of the batch was taken; MAESTRO_RUN_STATE */
  write(batch: Batch): void | Promise<void> {
    const lines: string[] = []
    for (let index = 0; index < batch.rows.length; index++) {
      const id = batch.ids[index] as RowId
      try {
        lines.push(encodeStepLine(id, batch.rows[index] as Row))
      } catch (error) {
        throw MaestroError.is(error) ? error.at({ rowId: id }) : error
      }
    }
    for (const line of lines) {
      this.#lines.push(line)
      this.#length += line.length + 1
    }
    this.rows += batch.rows.length
    if (this.#length >= flushBytes) return this.#flush()
  }

  /** @throws MAESTRO_RUN_STATE */
  async commit(): Promise<void> {
    await this.#flush()
    await stateErrors(this.path, async () => {
      await this.#file.sync()
      await this.#file.close()
      failpoint('step-file-synced')
      await rename(`${this.path}.tmp`, this.path)
      await syncName(this.path)
      failpoint('step-file-renamed')
    })
  }

  async abort(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(`${this.path}.tmp`, { force: true })
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#length = 0
    await stateErrors(this.path, () => this.#file.appendFile(text))
  }
}

/** Reads a step file in batches. */
export async function* readStepFile(path: string): AsyncGenerator<SourceBatch> {
  const stream = createReadStream(path, { highWaterMark: 1 << 20 })
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(10)
    if (end === -1) {
      rest = Buffer.concat([rest, chunk])
      continue
    }
    const text = Buffer.concat([rest, chunk.subarray(0, end)])
    rest = Buffer.from(chunk.subarray(end + 1))
    yield decodeLines(text)
  }
  if (rest.length > 0) yield decodeLines(rest)
}

function decodeLines(text: Buffer): SourceBatch {
  const ids: RowId[] = []
  const rows: Row[] = []
  for (const line of text.toString('utf8').split('\n')) {
    if (line === '') continue
    const { id, row } = decodeStepLine(line)
    ids.push(id)
    rows.push(row)
  }
  return { ids, rows, bytes: text.length }
}
