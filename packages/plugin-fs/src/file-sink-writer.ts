import { hash } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import {
  type Batch,
  MaestroError,
  maestroError,
  noteTemporaryFile,
  type ParquetOutput,
  type RefusedRow,
  type RowId,
  type SinkCheckpoint,
  type SinkContinuation,
  type SinkWriter,
  temporaryFileName,
  type WriteResult,
} from '@maestro-dataflow/core'
import type { Compression } from './format.js'
import { GatheredText } from './gathered-text.js'
import { openBehind } from './open-behind.js'
import { openTextFile, type TextFile } from './packed-file.js'
import type { Destination } from './places/place.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'
import type { Shapes } from './spooled/spool-shapes.js'
import { withoutRows } from './spooled/unheld-values.js'
import { syncFolder } from './sync-folder.js'

/** Makes the file at `path` from the rows in the file `spool`, the shapes of whose columns may be known. */
export type FinishFile = (spool: string, path: string, shapes?: Shapes) => Promise<void>

/** Finds the rows in the file `spool` that the output cannot hold, the shapes of whose columns may be known. */
export type FindUnheld = (spool: string, shapes?: Shapes) => Promise<readonly RefusedRow[]>

/** Text is gathered up to this number of bytes. */
const gatheredBytes = 1 << 19

/** How far a hidden file has come. */
interface FileState {
  readonly bytes: number
  readonly crc32: number
  readonly rows: number
  readonly encoder: EncoderState
}

/** How rows that were held back become a file. */
export interface Finishing {
  /** Makes the output from the hidden file, for a format that must know all rows before it writes the first. */
  readonly finish?: FinishFile | undefined
  /** Finds what `finish` could not write. */
  readonly unheld?: FindUnheld | undefined
}

/** How to write a file. */
export interface FileWriting extends Finishing {
  readonly target: Destination
  /** The path at which the hidden file lies beside: the target, if it is on this machine. */
  readonly beside: string
  readonly compression: Compression
  /** Whether another program may write the rows as JSON lines. */
  readonly plain: boolean
  /** The folder of the run, which gives the hidden file its name, so that a resumed run finds it. */
  readonly run: string
  readonly continues: SinkContinuation | undefined
  /** What the file begins with. */
  beginning?(): AsyncIterable<Buffer>
  encoder(from: EncoderState | undefined): RowEncoder
  /** How another program may write the rows as Parquet; undefined if none may. */
  readonly parquet?: Omit<ParquetOutput, 'path'> | undefined
}

/** Writes to a hidden file beside the target. `commit` moves it to the target's place. */
export class FileSinkWriter implements SinkWriter {
  readonly jsonLines?: { readonly path: string; written(rows: number): void }
  readonly parquet?: ParquetOutput & { written(rows: number): void }
  readonly checkpoint?: () => Promise<SinkCheckpoint | undefined>
  readonly refusedAtEnd?: () => Promise<readonly RefusedRow[]>
  readonly replaces: boolean
  readonly #target: Destination
  readonly #temporary: string
  /** The output of a format that must know all rows, until it is moved to its place. */
  readonly #finished: string
  readonly #encoder: RowEncoder
  readonly #file: FileHandle
  readonly #textFile: TextFile
  readonly #finish: FinishFile | undefined
  readonly #compression: Compression
  readonly #run: string
  readonly #gathered = new GatheredText(gatheredBytes)
  #rows: number
  #bytes: number
  #sum: number
  /** Whether another program has made the output. */
  #isMade = false
  /** The rows that were held back and then refused. */
  readonly #refused = new Set<RowId>()

  private constructor(
    { target, compression, plain, run, encoder, finish, unheld, parquet }: FileWriting,
    temporary: string,
    file: FileHandle,
    state: FileState | undefined,
  ) {
    const { bytes = 0, crc32: sum = 0, rows = 0 } = state ?? {}
    this.replaces = target.isFilled
    this.#target = target
    this.#temporary = temporary
    this.#finished = finishedPath(temporary)
    this.#encoder = encoder(state?.encoder)
    this.#file = file
    this.#finish = finish
    this.#compression = compression
    this.#run = run
    this.#textFile = openTextFile(file, compression)
    this.#rows = rows
    this.#bytes = bytes
    this.#sum = sum
    // A compressed stream cannot go on in another process, and two streams are not what an undisturbed run writes.
    if (compression === undefined) this.checkpoint = () => this.#checkpoint()
    if (unheld !== undefined) this.refusedAtEnd = () => this.#refusedAtEnd(unheld)
    if (parquet !== undefined && state === undefined)
      this.parquet = {
        ...parquet,
        path: this.#finished,
        written: (rows) => {
          this.#rows = rows
          this.#isMade = true
        },
      }
    if (!plain) return
    this.jsonLines = {
      path: temporary,
      written: (rows) => {
        this.#rows = rows
      },
    }
  }

  /** @throws MAESTRO_RUN_OUTPUT_UNWRITABLE, MAESTRO_RUN_OUTPUT_LOST */
  static async open(writing: FileWriting): Promise<FileSinkWriter> {
    const { target, beside: path, run, continues } = writing
    // The name does not extend the target's name, because the longest names leave no room for an ending.
    const temporary = hiddenBeside(path, `${basename(run)}\n${basename(path)}`)
    try {
      noteTemporaryFile(run, temporary)
      if (writing.finish !== undefined) noteTemporaryFile(run, finishedPath(temporary))
      if (continues !== undefined) {
        const state = continues.state as FileState
        return new FileSinkWriter(writing, temporary, await openBehind(temporary, state, continues, target), state)
      }
      await mkdir(dirname(path), { recursive: true })
      // A process of the run that was interrupted may still have the file open: it keeps a file without a name.
      await rm(temporary, { force: true })
      const writer = new FileSinkWriter(writing, temporary, await open(temporary, 'wx'), undefined)
      await writer.#begin(writing)
      return writer
    } catch (error) {
      throw MaestroError.is(error) ? error : unwritable(target, error)
    }
  }

  async #begin({ beginning }: FileWriting): Promise<void> {
    if (beginning === undefined) return
    try {
      for await (const bytes of beginning()) await this.#append(bytes)
    } catch (error) {
      await this.abort()
      throw error
    }
  }

  write(batch: Batch): void | Promise<void> {
    const text = this.#encoder.encode(batch)
    this.#rows += batch.rows.length
    if (!this.#gathered.add(text)) return this.#makeRoom(text)
  }

  get rowsWritten(): number {
    return this.#rows
  }

  async commit(): Promise<WriteResult> {
    const end = this.#encoder.end()
    if (!this.#gathered.add(end)) await this.#makeRoom(end)
    await this.#flush()
    try {
      await this.#textFile.finish()
      await this.#file.sync()
      await this.#file.close()
      const finish = this.#finish ?? this.#encoder.finish?.(this.#compression)
      const output = finish === undefined ? this.#temporary : await this.#makeOutput(finish)
      await this.#target.publish(output, this.#rows)
      for (const path of [output, this.#temporary]) await rm(path, { force: true })
    } catch (error) {
      if (MaestroError.is(error)) throw error
      throw unwritable(this.#target, error)
    }
    return { rows: this.#rows, location: this.#target.shown }
  }

  /** Makes the output beside the rows that were held back, which a resumed run still finds. */
  async #makeOutput(finish: FinishFile): Promise<string> {
    if (this.#isMade) await syncFile(this.#finished)
    else {
      if (this.#finish === undefined) noteTemporaryFile(this.#run, this.#finished)
      await rm(this.#finished, { force: true })
      if (this.#refused.size === 0) await finish(this.#temporary, this.#finished, this.#encoder.shapes?.())
      else await withoutRows(this.#temporary, this.#refused, (kept) => finish(kept, this.#finished))
    }
    return this.#finished
  }

  async #refusedAtEnd(find: FindUnheld): Promise<readonly RefusedRow[]> {
    if (this.#encoder.isUnsure?.() !== true) return []
    await this.#flush()
    const refused = await find(this.#temporary, this.#encoder.shapes?.())
    for (const { id } of refused) this.#refused.add(id)
    this.#rows -= refused.length
    return refused
  }

  async #checkpoint(): Promise<SinkCheckpoint | undefined> {
    const encoder = this.#encoder.state()
    if (encoder === undefined || this.#isMade) return undefined
    await this.#flush()
    try {
      await this.#file.datasync()
      await syncFolder(dirname(this.#temporary))
    } catch (error) {
      throw unwritable(this.#target, error)
    }
    const state: FileState = { bytes: this.#bytes, crc32: this.#sum, rows: this.#rows, encoder }
    return { state }
  }

  async suspend(): Promise<void> {
    this.#textFile.abort()
    await this.#file.close().catch(() => undefined)
  }

  async abort(): Promise<void> {
    this.#textFile.abort()
    await this.#file.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
    await rm(this.#finished, { force: true })
  }

  /** Writes what is gathered, to add a text for which there was no room. */
  async #makeRoom(text: string): Promise<void> {
    const gathered = this.#gathered.take()
    // A text that fills more than a buffer is written at once.
    const long = this.#gathered.add(text) ? undefined : Buffer.from(text)
    await this.#write(gathered)
    if (long !== undefined) await this.#write(long)
  }

  #flush(): Promise<void> {
    return this.#write(this.#gathered.take())
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    try {
      await this.#append(bytes)
    } catch (error) {
      throw unwritable(this.#target, error)
    }
    this.#gathered.giveBack(bytes)
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#bytes += bytes.length
    this.#sum = crc32(bytes, this.#sum)
    await this.#textFile.write(bytes)
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A hidden file of the same folder, with a name that follows from a seed. */
function hiddenBeside(path: string, seed: string): string {
  return join(dirname(path), temporaryFileName(hash('sha256', seed).slice(0, 16)))
}

const finishedPath = (temporary: string) => hiddenBeside(temporary, `${basename(temporary)}\nfinished`)

function unwritable({ shown }: Destination, error: unknown): MaestroError {
  return maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: shown, reason: (error as Error).message }, error)
}
