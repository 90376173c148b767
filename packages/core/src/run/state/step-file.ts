import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import type { Batch, Row, RowId } from '../../contracts/row.js'
import type { SourceBatch, SourceCursor } from '../../contracts/source.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import { failpoint } from '../durability/failpoints.js'
import { type FileEnd, openBehind } from '../durability/file-end.js'
import { partialFile } from '../durability/stage-progress.js'
import { syncName } from '../durability/sync-folder.js'
import { stateErrors } from './state-errors.js'

const flushBytes = 1 << 18

/** Writes rows to a temporary file that becomes the step file when `commit` returns. */
export class StepFileWriter {
  readonly path: string
  readonly #file: FileHandle
  #lines: string[] = []
  #length = 0
  #end: FileEnd
  rows: number

  private constructor(path: string, file: FileHandle, { rows, ...end }: FileEnd & { readonly rows: number }) {
    this.path = path
    this.#file = file
    this.#end = end
    this.rows = rows
  }

  /** @throws MAESTRO_RUN_STATE */
  static async open(path: string): Promise<StepFileWriter> {
    return stateErrors(path, async () => {
      await mkdir(dirname(path), { recursive: true, mode: ownFolder })
      const file = await open(partialFile(path), 'w', ownFile)
      return new StepFileWriter(path, file, { bytes: 0, crc32: 0, rows: 0 })
    })
  }

  /**
   * Goes on behind the committed part of a file.
   *
   * @param isShared Whether an earlier process of the run may still run and have the file open.
   * @throws MAESTRO_RUN_STATE
   */
  static async continue(
    path: string,
    end: FileEnd & { readonly rows: number },
    isShared: boolean,
  ): Promise<StepFileWriter> {
    return stateErrors(path, async () => {
      if (!existsSync(partialFile(path))) await rename(path, partialFile(path))
      return new StepFileWriter(path, await openBehind(partialFile(path), end.bytes, isShared), end)
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

  /** Makes the rows so far durable. @returns the end of the file @throws MAESTRO_RUN_STATE */
  async checkpoint(): Promise<FileEnd & { readonly rows: number }> {
    await this.#flush()
    await stateErrors(this.path, async () => {
      await this.#file.datasync()
      // Before the first commit, the name of the file may not be on the disk.
      await syncName(this.path)
    })
    return { ...this.#end, rows: this.rows }
  }

  /** Closes the file without removing what its last checkpoint needs. */
  async suspend(): Promise<void> {
    await this.#file.close().catch(() => undefined)
  }

  /** @throws MAESTRO_RUN_STATE */
  async commit(): Promise<void> {
    await this.#flush()
    await stateErrors(this.path, async () => {
      await this.#file.sync()
      await this.#file.close()
      failpoint('step-file-synced')
      await rename(partialFile(this.path), this.path)
      await syncName(this.path)
      failpoint('step-file-renamed')
    })
  }

  async abort(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(partialFile(this.path), { force: true })
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`)
    this.#lines = []
    this.#length = 0
    await stateErrors(this.path, () => this.#file.appendFile(bytes))
    this.#end = { bytes: this.#end.bytes + bytes.length, crc32: crc32(bytes, this.#end.crc32) }
  }
}

/** The part of a step file to read. */
export interface StepFilePart {
  /** The cursor of an earlier batch. @default the beginning */
  readonly from?: SourceCursor | undefined
  /** The number of bytes up to its end. @default the whole file */
  readonly bytes?: number
}

/** Reads a step file in batches with cursors. */
export async function* readStepFile(path: string, { from, bytes }: StepFilePart = {}): AsyncGenerator<SourceBatch> {
  let offset = Number(from?.offset ?? 0)
  if (bytes !== undefined && bytes <= offset) return
  const stream = createReadStream(path, {
    highWaterMark: 1 << 20,
    start: offset,
    ...(bytes === undefined ? {} : { end: bytes - 1 }),
  })
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(10)
    if (end === -1) {
      rest = Buffer.concat([rest, chunk])
      continue
    }
    const text = Buffer.concat([rest, chunk.subarray(0, end)])
    rest = Buffer.from(chunk.subarray(end + 1))
    offset += text.length + 1
    yield { ...decodeLines(text), cursor: { offset } }
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
