import { hash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  type Batch,
  MaestroError,
  maestroError,
  noteTemporaryFile,
  type SinkWriter,
  temporaryFileName,
  type WriteResult,
} from '@maestro-dataflow/core'
import type { Compression } from './format.js'
import { moveToFreePath } from './move-to-free-path.js'
import type { OutputPath } from './output-path.js'
import { openTextFile, type TextFile } from './packed-file.js'
import type { RowEncoder } from './row-encoder.js'

const flushBytes = 1 << 18

/** Writes to a hidden file beside the target. `commit` moves it to the target's place. */
export class FileSinkWriter implements SinkWriter {
  readonly jsonLines?: { readonly path: string; written(rows: number): void }
  readonly replaces: boolean
  readonly #target: OutputPath
  readonly #temporary: string
  readonly #encoder: RowEncoder
  readonly #file: FileHandle
  readonly #textFile: TextFile
  #text: string[] = []
  #length = 0
  #rows = 0

  private constructor(
    target: OutputPath,
    temporary: string,
    encoder: RowEncoder,
    compression: Compression,
    file: FileHandle,
    plain: boolean,
  ) {
    this.replaces = target.isFilled
    this.#target = target
    this.#temporary = temporary
    this.#encoder = encoder
    this.#file = file
    this.#textFile = openTextFile(file, compression)
    if (!plain) return
    this.jsonLines = {
      path: temporary,
      written: (rows) => {
        this.#rows = rows
      },
    }
  }

  /**
   * @param settings `plain`: whether another program may write the rows as JSON lines; `run`: the folder of the run, which
   *   gives the hidden file its name, so that a resumed run finds what the interrupted one has left.
   * @throws MAESTRO_RUN_OUTPUT_UNWRITABLE
   */
  static async open(
    target: OutputPath,
    encoder: RowEncoder,
    compression: Compression,
    { plain, run }: { readonly plain: boolean; readonly run: string },
  ): Promise<FileSinkWriter> {
    const { path } = target
    // The name does not extend the target's name, because the longest names leave no room for an ending.
    const id = hash('sha256', `${basename(run)}\n${basename(path)}`).slice(0, 16)
    const temporary = join(dirname(path), temporaryFileName(id))
    try {
      await mkdir(dirname(path), { recursive: true })
      noteTemporaryFile(run, temporary)
      // A process of the run that was interrupted may still have the file open: it keeps a file without a name.
      await rm(temporary, { force: true })
      return new FileSinkWriter(target, temporary, encoder, compression, await open(temporary, 'wx'), plain)
    } catch (error) {
      throw unwritable(target, error)
    }
  }

  write(batch: Batch): void | Promise<void> {
    const text = this.#encoder.encode(batch)
    this.#text.push(text)
    this.#length += text.length
    this.#rows += batch.rows.length
    if (this.#length >= flushBytes) return this.#flush()
  }

  get rowsWritten(): number {
    return this.#rows
  }

  async commit(): Promise<WriteResult> {
    this.#text.push(this.#encoder.end())
    await this.#flush()
    try {
      await this.#textFile.finish()
      await this.#file.sync()
      await this.#file.close()
      if (this.#target.replace) await rename(this.#temporary, this.#target.path)
      else await moveToFreePath(this.#temporary, this.#target)
    } catch (error) {
      if (MaestroError.is(error)) throw error
      throw unwritable(this.#target, error)
    }
    return { rows: this.#rows, location: this.#target.shown }
  }

  async abort(): Promise<void> {
    this.#textFile.abort()
    await this.#file.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }

  async #flush(): Promise<void> {
    const text = this.#text.join('')
    this.#text = []
    this.#length = 0
    if (text === '') return
    try {
      await this.#textFile.write(text)
    } catch (error) {
      throw unwritable(this.#target, error)
    }
  }
}

function unwritable({ shown }: OutputPath, error: unknown): MaestroError {
  return maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: shown, reason: (error as Error).message }, error)
}
