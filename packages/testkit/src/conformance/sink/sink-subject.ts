import {
  type Batch,
  definePlugin,
  defineStorage,
  pipeline,
  type Row,
  type RunReport,
  type SinkDefinition,
  type SinkTarget,
  type SinkWriter,
  type StorageContext,
  type StorageDefinition,
} from '@maestro-dataflow/core'
import { testkitError } from '../../errors.js'
import type { FuzzSettings } from '../../fuzz/for-all.js'
import { columnsOf, rowArbitrary } from '../../fuzz/row-arbitrary.js'
import { within } from '../outcomes.js'
import { type ProjectParts, RowsProject } from '../rows-project.js'
import { parsed, StoragePlace } from '../storage-place.js'
import type { SuiteOptions } from '../suite.js'

/** The options of the suite for sinks. */
export interface SinkSuiteOptions<Name extends string = string> extends SuiteOptions<Name>, FuzzSettings {
  /** The sink's options, as `write` takes them, for another target each time: `place` is a number that counts up. */
  options(place: number): object
  /** The rows that are visible at the target of such options, in order; undefined or none if there is nothing yet. */
  read?(options: never, place: { readonly directory: string }): Promise<readonly Row[] | undefined>
  /** Rows that the sink accepts. Their columns and types are those of all other rows. */
  readonly rows: readonly Row[]
  /** How a row comes back, if the format of the target changes values. @default the row without cells that have no value */
  comesBack?(row: Row): Row
  /** Options that name a target which cannot be written, such as a file below another file. */
  readonly unwritable?: object | ((directory: string) => object | Promise<object>)
  /** The folder where relative paths start. @default an empty folder */
  readonly directory?: string
  readonly project?: ProjectParts
  /** The milliseconds within which a write must end. @default 10000 */
  readonly patience?: number
}

/** How a sink is opened. */
export interface OpenSettings extends Partial<Pick<SinkTarget, 'continues' | 'receipt'>> {
  readonly signal?: AbortSignal
  /** The run that opens it. @default another one each time */
  readonly run?: StorageContext
}

/** A place that a sink writes to, and what is visible there. */
export interface SinkPlace {
  readonly given: object
  open(settings?: OpenSettings): Promise<SinkWriter>
  /** The options as the sink gets them. */
  options(): Promise<unknown>
  visible(): Promise<readonly Row[]>
}

const name = 'testkit.sink'

/** A sink under test. */
export class SinkSubject {
  readonly sink: SinkDefinition
  readonly suite: SinkSuiteOptions
  readonly place: StoragePlace
  readonly patience: number
  /** The environment before the first write. */
  readonly environment: NodeJS.ProcessEnv = { ...process.env }
  readonly #project: RowsProject
  readonly #read: NonNullable<SinkSuiteOptions['read']>
  #places = 0

  private constructor(sink: SinkDefinition, suite: SinkSuiteOptions, place: StoragePlace, project: RowsProject) {
    this.sink = sink
    this.suite = suite
    this.place = place
    this.patience = suite.patience ?? 10_000
    this.#project = project
    this.#read = suite.read ?? (async () => undefined)
  }

  static async open(sink: SinkDefinition, suite: SinkSuiteOptions): Promise<SinkSubject> {
    const place = await StoragePlace.open(suite.directory)
    const { project: parts = {} } = suite
    const plugin = definePlugin({ name: 'tested', storages: [defineStorage({ name, sink })] })
    const plugins = [...(parts.plugins ?? []), plugin]
    return new SinkSubject(
      sink,
      suite,
      place,
      await RowsProject.open({ ...parts, plugins, directory: place.directory }),
    )
  }

  /** A target of its own. */
  fresh(): SinkPlace {
    const given = this.suite.options(this.#places++)
    return {
      given,
      open: async ({ signal, run, ...target } = {}) => {
        const context = run ?? (await this.place.context(signal))
        const columns = { columns: columnsOf(this.suite.rows), open: true }
        const opening = Promise.resolve(
          this.sink.open(await parsed(this.sink.options, given), { ...context, columns, overwrite: true, ...target }),
        )
        return within(this.patience, 'opening the sink', opening)
      },
      options: () => parsed(this.sink.options, given),
      visible: async () => (await this.#read(given as never, { directory: this.place.directory })) ?? [],
    }
  }

  /** Writes rows in batches of a size, and makes them visible. */
  async write(place: SinkPlace, rows: readonly Row[], size = rows.length): Promise<number> {
    const writer = await place.open()
    for (const batch of batchesOf(rows, Math.max(1, size))) await writer.write(batch)
    const refused = (await writer.refused?.(true)) ?? []
    const result = await within(this.patience, 'the commit', writer.commit())
    return (result?.rows ?? Number.NaN) + refused.length
  }

  /** Writes rows in a run, which checks the counts and rejects what the sink refuses. */
  async run(place: SinkPlace, rows: readonly Row[], fails = false): Promise<RunReport> {
    const ids = rows.map((_, index) => `r${index + 1}`)
    const source = pipeline('testkit').read(...this.#project.give({ ids, rows, columns: {}, batch: 2 }))
    const steps = fails
      ? source.map(
          (row, { rowId }) => {
            if (rowId === ids.at(-1))
              throw testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: 'A run', reason: 'it must fail' })
            return row
          },
          { onError: 'fail' },
        )
      : source
    const sinking = steps.write(name as never, place.given as never)
    return within(this.patience, 'a run', this.#project.maestro.run(sinking, { overwrite: true }))
  }

  /** Varied rows with the columns of the sample rows. */
  get tables() {
    return rowArbitrary({ columns: columnsOf(this.suite.rows), samples: this.suite.rows, more: false })
  }

  /** How a row comes back. */
  back(row: Row): Row {
    const { comesBack = (same) => same } = this.suite
    return withValues(comesBack(row))
  }

  async close(): Promise<void> {
    await this.#project.dispose()
    await this.place.dispose()
  }
}

/** A row without the cells that have no value, in which zero has no sign. */
export function withValues(row: Row): Row {
  const cells = Object.entries(row).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(cells.map(([name, value]) => [name, value === 0 ? 0 : value]))
}

export function* batchesOf(rows: readonly Row[], size: number): Generator<Batch> {
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size)
    yield { ids: part.map((_, index) => `r${start + index + 1}`), rows: part }
  }
}

/** The writing side of what is tested. */
export function sinkOf(tested: SinkDefinition | StorageDefinition): SinkDefinition {
  if ('open' in tested) return tested
  if (tested.sink === undefined)
    throw testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: tested.name, reason: 'it has no sink' })
  return tested.sink
}
