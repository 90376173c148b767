import {
  type Batch,
  describeIssues,
  displayPath,
  MaestroError,
  maestroError,
  projectPath,
  type Row,
  type RowStorage,
  type SourceBatch,
  type SourceReject,
  type SteppedStorage,
  StepView,
  schemaColumns,
  type WriteResult,
} from '@maestro-dataflow/core'
import { fsError } from './errors.js'
import { openFiles } from './file-source.js'
import { findFiles } from './find-files.js'
import type { Project } from './found-file.js'
import { identifyFiles } from './identify-files.js'
import { type FileSourceOptions, type GivenReadOptions, readOptions } from './options.js'
import { StepFolder } from './step-folder.js'

/**
 * The options of a `FileStorage`: how it reads its input, as for the source `fs.file`, and where it stores its steps.
 */
export interface FileStorageOptions extends Partial<FileSourceOptions> {
  /** The folder of the steps. It is created when the first step is written. */
  readonly directory: string
  /**
   * Whether to continue from finished steps in the folder, or to replace them with the next write.
   *
   * @default 'continue'
   */
  readonly steps?: 'continue' | 'restart'
  /** The folder that relative paths start from. Paths outside it are refused. @default the current directory */
  readonly project?: string
  /** @default false */
  readonly allowOutsidePaths?: boolean
}

/**
 * Rows in files, in steps. Step 0 is the input in any format (it has no rows if there is no `path`). Each write creates
 * `step-1.jsonl`, `step-2.jsonl`, and so on in a folder: a temporary file is written and then renamed. Step files
 * preserve values exactly: dates, bytes, vectors, null, and missing. A new storage on the same folder continues from
 * the newest finished step, as long as the input is unchanged.
 *
 * @example
 * const storage = new FileStorage({ path: 'data/in.csv', directory: 'work' })
 * await new PromptedGenerator({ serving, inputColumn: 'text', outputColumn: 'summary' }).run(storage)
 * console.log(storage.operatorStep) // 1
 */
export class FileStorage implements SteppedStorage {
  readonly #options: GivenReadOptions | undefined
  readonly #project: Project
  readonly #folder: StepFolder
  readonly #shown: string
  #rejected: SourceReject[] = []
  #writing: Promise<unknown> = Promise.resolve()

  /** @throws MAESTRO_STORAGE_PATH_OUTSIDE, MAESTRO_FS_STORAGE_OPTIONS */
  constructor(options: FileStorageOptions) {
    const { directory, steps = 'continue', project = process.cwd(), allowOutsidePaths = false, ...reading } = options
    this.#options = parseOptions(reading)
    this.#project = { directory: project, allowOutside: allowOutsidePaths }
    const path = projectPath(directory, project, allowOutsidePaths)
    this.#shown = displayPath(path, project)
    this.#folder = new StepFolder(path, steps === 'restart')
  }

  get operatorStep(): number {
    return this.#folder.latest
  }

  /** The records of the input that could not become rows when it was last read. */
  get rejected(): readonly SourceReject[] {
    return this.#rejected
  }

  step(): RowStorage {
    return new StepView(this)
  }

  read(): AsyncIterable<SourceBatch> {
    return this.readStep(this.operatorStep)
  }

  /** Yields the rows of one step. @throws MAESTRO_FS_STEPS_STALE, MAESTRO_STORAGE_READ and what `fs.file` throws */
  async *readStep(step: number): AsyncGenerator<SourceBatch> {
    await this.#assertSameInput()
    if (step === 0) {
      yield* this.#readInput()
      return
    }
    const { readStepFile } = await import('@maestro-dataflow/core/runtime')
    const path = this.#folder.file(step)
    try {
      yield* readStepFile(path)
    } catch (error) {
      if (MaestroError.is(error)) throw error
      const location = displayPath(path, this.#project.directory)
      throw maestroError('MAESTRO_STORAGE_READ', { location, reason: (error as Error).message }, error)
    }
  }

  /**
   * Writes the next step. Writes run one after the other.
   *
   * @throws MAESTRO_RUN_OUTPUT_UNWRITABLE, MAESTRO_FS_STEPS_STALE
   */
  write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const written = this.#writing.then(() => this.#writeStep(batches))
    this.#writing = written.catch(() => undefined)
    return written
  }

  /** All rows of the newest step. */
  async rows(): Promise<readonly Row[]> {
    const all: Row[] = []
    for await (const { rows } of this.read()) for (const row of rows) all.push(row)
    return all
  }

  async #writeStep(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    await this.#assertSameInput()
    const { StepFileWriter } = await import('@maestro-dataflow/core/runtime')
    const input = await this.#input()
    const step = await this.#writable(() => this.#folder.begin(input))
    const writer = await this.#writable(() => StepFileWriter.open(this.#folder.file(step)))
    try {
      for await (const batch of batches) await this.#writable(() => writer.write(batch))
      await this.#writable(() => writer.commit())
    } catch (error) {
      await writer.abort()
      throw error
    }
    this.#folder.finished(step)
    return { rows: writer.rows, location: displayPath(writer.path, this.#project.directory) }
  }

  async #writable<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await act()
    } catch (error) {
      if (MaestroError.is(error)) throw error
      const reason = (error as Error).message
      throw maestroError('MAESTRO_RUN_OUTPUT_UNWRITABLE', { path: this.#shown, reason }, error)
    }
  }

  async *#readInput(): AsyncGenerator<SourceBatch> {
    const rejected: SourceReject[] = []
    this.#rejected = rejected
    if (this.#options === undefined) return
    const reader = await openFiles(this.#options, this.#project)
    for await (const batch of reader.read()) {
      rejected.push(...(batch.rejects ?? []))
      yield batch
    }
  }

  /** Steps of another input, or of an input that has changed, are never used as steps of this one. */
  async #assertSameInput(): Promise<void> {
    if (this.#folder.latest === 0) return
    const known = await this.#folder.input()
    if (known === (await this.#input(known))) return
    const input = [this.#options?.path ?? 'no input'].flat().join(', ')
    throw fsError('MAESTRO_FS_STEPS_STALE', { directory: this.#shown, input })
  }

  /**
   * The identity of the current input.
   *
   * @param known The identity to use if the input no longer exists: the steps do not need it
   */
  async #input(known?: string): Promise<string> {
    if (this.#options === undefined) return 'null\n'
    const { schema, ...options } = this.#options
    const columns = schema === undefined ? undefined : schemaColumns(schema)
    try {
      const files = await identifyFiles(await findFiles(this.#options, this.#project), false)
      return `${JSON.stringify({ options, columns, files })}\n`
    } catch (error) {
      if (known !== undefined && MaestroError.is(error, 'MAESTRO_STORAGE_NOT_FOUND')) return known
      throw error
    }
  }
}

function parseOptions(reading: Partial<FileSourceOptions>): GivenReadOptions | undefined {
  if (reading.path === undefined) return undefined
  const parsed = readOptions.safeParse(reading)
  if (parsed.success) return parsed.data
  throw fsError('MAESTRO_FS_STORAGE_OPTIONS', { issues: describeIssues(parsed.error.issues, reading) })
}
