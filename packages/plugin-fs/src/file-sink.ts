import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import { type Batch, MaestroError, maestroError, type SinkDefinition, type SinkWriter } from '@maestro-dataflow/core'
import { type Compression, formatOf } from './format.js'
import { type WriteOptions, writeOptions } from './options.js'
import { displayPath, projectPath } from './project-path.js'
import { createRowEncoder, type RowEncoder } from './row-encoder.js'

const flushBytes = 1 << 18

/** The sink `fs.file`: rows go to a file beside the target, which takes its place when all are safely in. */
export const fileSink: SinkDefinition<WriteOptions> = {
  options: writeOptions,
  takesJsonLines: ({ path, format, columns }) => isPlainJsonl(path, format) && columns === undefined,
  async check(options, { directory, allowOutside, overwrite }) {
    try {
      assertFree(options, projectPath(options.path, directory, allowOutside), directory, overwrite)
      formatOf(options.path, options.format)
      return []
    } catch (error) {
      if (MaestroError.is(error)) return [error]
      throw error
    }
  },
  async open(options, { directory, allowOutside, overwrite, columns }) {
    const path = projectPath(options.path, directory, allowOutside)
    assertFree(options, path, directory, overwrite)
    const { format, compression } = formatOf(path, options.format)
    const header = options.columns ?? (columns.open ? undefined : Object.keys(columns.columns))
    return FileSinkWriter.open(
      path,
      displayPath(path, directory),
      createRowEncoder(format, options.path, header, options.columns !== undefined),
      compression,
    )
  },
}

function isPlainJsonl(path: string, given: WriteOptions['format']): boolean {
  const { format, compression } = formatOf(path, given)
  return format === 'jsonl' && compression === undefined
}

/** @throws MAESTRO_RUN_OUTPUT_EXISTS */
function assertFree(options: WriteOptions, path: string, directory: string, overwrite: boolean): void {
  if (options.mode === 'overwrite' || overwrite || !existsSync(path)) return
  throw maestroError('MAESTRO_RUN_OUTPUT_EXISTS', { path: displayPath(path, directory) })
}

class FileSinkWriter implements SinkWriter {
  readonly jsonLines: { readonly path: string; written(rows: number): void }
  readonly #path: string
  readonly #temporary: string
  readonly #shown: string
  readonly #encoder: RowEncoder
  readonly #compression: Compression
  readonly #file: FileHandle
  #text: string[] = []
  #length = 0
  #rows = 0

  private constructor(
    path: string,
    temporary: string,
    shown: string,
    encoder: RowEncoder,
    compression: Compression,
    file: FileHandle,
  ) {
    this.#path = path
    this.#temporary = temporary
    this.#shown = shown
    this.#encoder = encoder
    this.#compression = compression
    this.#file = file
    this.jsonLines = {
      path: temporary,
      written: (rows) => {
        this.#rows = rows
      },
    }
  }

  /** @throws MAESTRO_RUN_OUTPUT_UNWRITABLE */
  static async open(
    path: string,
    shown: string,
    encoder: RowEncoder,
    compression: Compression,
  ): Promise<FileSinkWriter> {
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`)
    try {
      await mkdir(dirname(path), { recursive: true })
      return new FileSinkWriter(path, temporary, shown, encoder, compression, await open(temporary, 'w'))
    } catch (error) {
      throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: shown, reason: (error as Error).message }, error)
    }
  }

  write(batch: Batch): void | Promise<void> {
    const text = this.#encoder.encode(batch)
    this.#text.push(text)
    this.#length += text.length
    this.#rows += batch.rows.length
    if (this.#length >= flushBytes) return this.#flush()
  }

  async commit() {
    this.#text.push(this.#encoder.end(this.#rows))
    await this.#flush()
    try {
      await this.#file.sync()
      await this.#file.close()
      await rename(this.#temporary, this.#path)
    } catch (error) {
      throw this.#unwritable(error)
    }
    return { rows: this.#rows, location: this.#shown }
  }

  async abort(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }

  async #flush(): Promise<void> {
    const text = this.#text.join('')
    this.#text = []
    this.#length = 0
    if (text === '') return
    try {
      await this.#file.appendFile(await pack(text, this.#compression))
    } catch (error) {
      throw this.#unwritable(error)
    }
  }

  #unwritable(error: unknown): MaestroError {
    return maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: this.#shown, reason: (error as Error).message }, error)
  }
}

const packGzip = promisify(gzip)
const packZstd = promisify(zstdCompress)

/** Both formats may be joined from packed pieces, so that each stretch is packed by itself. */
async function pack(text: string, compression: Compression): Promise<string | Buffer> {
  if (compression === undefined) return text
  return compression === 'gzip' ? packGzip(text) : packZstd(text)
}
