import {
  type Columns,
  definePlugin,
  defineStorage,
  pipeline,
  type Row,
  type RunReport,
  type SourceBatch,
  type SourceCursor,
  type SourceDefinition,
  type SourceReader,
  type StorageDefinition,
} from '@maestro-dataflow/core'
import { testkitError } from '../../errors.js'
import { within } from '../outcomes.js'
import { type ProjectParts, RowsProject } from '../rows-project.js'
import { parsed, StoragePlace } from '../storage-place.js'
import type { SuiteOptions } from '../suite.js'

/** The options of the suite for sources. */
export interface SourceSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The source's options, as `read` takes them; a function may prepare what they name. @default none */
  readonly options?: object | (() => object | Promise<object>)
  /** The rows that the source holds, in order. */
  readonly rows?: readonly Row[]
  /** The number of records that cannot be read as rows. @default 0 */
  readonly rejects?: number
  /** Options that name something that does not exist. */
  readonly missing?: object
  /** The folder where relative paths start. @default an empty folder */
  readonly directory?: string
  readonly project?: ProjectParts
  /** The milliseconds within which a read must end. @default 10000 */
  readonly patience?: number
}

/** What was read: each row beside its id, copied when it arrived. */
export interface ReadRows {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
  /** The same rows, as the source gave them. */
  readonly given: readonly Row[]
  readonly batches: readonly SourceBatch[]
}

const name = 'testkit.source'

/** A source under test. */
export class SourceSubject {
  readonly suite: SourceSuiteOptions
  readonly source: SourceDefinition
  readonly place: StoragePlace
  readonly patience: number
  /** The environment before the first read. */
  readonly environment: NodeJS.ProcessEnv = { ...process.env }
  readonly #given: object
  readonly #project: RowsProject
  #ownsPlace = true

  private constructor(
    source: SourceDefinition,
    suite: SourceSuiteOptions,
    place: StoragePlace,
    given: object,
    project: RowsProject,
  ) {
    this.source = source
    this.suite = suite
    this.place = place
    this.patience = suite.patience ?? 10_000
    this.#given = given
    this.#project = project
  }

  static async open(
    source: SourceDefinition,
    suite: SourceSuiteOptions,
    shared?: StoragePlace,
  ): Promise<SourceSubject> {
    const { options = {}, project: parts = {} } = suite
    const place = shared ?? (await StoragePlace.open(suite.directory))
    const given = typeof options === 'function' ? await (options as () => object | Promise<object>)() : options
    const storages = [defineStorage({ name, source })]
    const plugin = definePlugin({ name: 'tested', storages })
    const plugins = [...(parts.plugins ?? []), plugin]
    const project = await RowsProject.open({ ...parts, plugins, directory: place.directory })
    const subject = new SourceSubject(source, suite, place, given, project)
    subject.#ownsPlace = shared === undefined
    return subject
  }

  options(given: object = this.#given): Promise<unknown> {
    return parsed(this.source.options, given)
  }

  async openReader(signal?: AbortSignal): Promise<SourceReader> {
    return this.source.open(await this.options(), await this.place.context(signal))
  }

  /** All rows. @param gate Waited for after each batch. @param from Where reading starts. */
  async read(reader?: SourceReader, gate?: () => Promise<void>, from?: SourceCursor): Promise<ReadRows> {
    const all: { ids: string[]; rows: Row[]; given: Row[]; batches: SourceBatch[] } = {
      ids: [],
      rows: [],
      given: [],
      batches: [],
    }
    const reading = async () => {
      for await (const batch of (reader ?? (await this.openReader())).read(from)) {
        all.ids.push(...batch.ids)
        all.given.push(...batch.rows)
        all.rows.push(...batch.rows.map((row) => structuredClone(row)))
        all.batches.push(batch)
        await gate?.()
      }
    }
    await within(this.patience, 'reading all rows', reading())
    return all
  }

  /** Reads it in a run that checks everything. */
  async run(
    limit?: number,
    options: object = this.#given,
  ): Promise<{ readonly rows: readonly Row[]; readonly report: RunReport }> {
    const rows: Row[] = []
    const steps = pipeline('testkit').read(name as never, options as never)
    const write = (batch: { readonly rows: readonly Row[] }) => void rows.push(...batch.rows)
    const running = this.#project.maestro.runTo(steps, { write }, limit === undefined ? {} : { limit })
    return { rows, report: await within(this.patience, 'a run', running) }
  }

  /** The columns that the options declare. */
  async columns(): Promise<Columns> {
    return this.source.columns(await this.options()).columns
  }

  async close(): Promise<void> {
    await this.#project.dispose()
    if (this.#ownsPlace) await this.place.dispose()
  }
}

/** The reading side of what is tested. */
export function sourceOf(tested: SourceDefinition | StorageDefinition): SourceDefinition {
  if ('open' in tested) return tested
  if (tested.source === undefined)
    throw testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: tested.name, reason: 'it has no source' })
  return tested.source
}
