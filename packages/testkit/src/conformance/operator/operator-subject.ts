import {
  type ColumnEffects,
  type ColumnSet,
  type Columns,
  MaestroError,
  type OperatorDefinition,
  type PlannedStep,
  pipeline,
  type Row,
  type RowId,
  type RunReport,
} from '@maestro-dataflow/core'
import fc from 'fast-check'
import type { FuzzSettings } from '../../fuzz/for-all.js'
import { oddRows } from '../../fuzz/odd-rows.js'
import { columnsOf, rowArbitrary } from '../../fuzz/row-arbitrary.js'
import type { HeldServings } from '../held-servings.js'
import { within } from '../outcomes.js'
import { type GivenTable, type ProjectParts, type RejectedByRun, RowsProject } from '../rows-project.js'
import type { SuiteOptions } from '../suite.js'
import { WatchedOperator, type WatchSettings } from './watched-operator.js'

/** The options of the suite for operators. */
export interface OperatorSuiteOptions<Name extends string = string> extends SuiteOptions<Name>, FuzzSettings {
  /** The operator's options, as a step has them; a function creates them anew for each run. @default none */
  readonly options?: object | (() => object)
  /** Rows that the operator processes without a reject. Their columns and types are those of all other rows. */
  readonly rows?: readonly Row[]
  /** Rows of your own making in place of varied `rows`, if their values depend on each other. */
  readonly row?: fc.Arbitrary<Row>
  /** The columns of the rows, with types. @default those of `rows`; without rows, the columns that it reads, as texts */
  readonly columns?: Columns
  /** The plugins, servings, and other parts of the project in which the operator runs. @default none */
  readonly project?: ProjectParts
  /** Whether the same row always gives the same result. @default what the operator declares, and true if it does not */
  readonly deterministic?: boolean
  /** The share by which numbers may differ between runs, for models whose numbers vary. @default 0 */
  readonly tolerance?: number
  /** The milliseconds within which a run must end. @default 10000 */
  readonly patience?: number
}

/** How a run differs from a usual one. */
export interface RunSettings extends WatchSettings {
  readonly batch?: number | undefined
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly ids?: readonly string[] | undefined
  readonly columns?: Columns | undefined
  readonly options?: object | undefined
  readonly project?: RowsProject | undefined
  /** The source waits for this before its first row, and after its last one. */
  readonly gate?: (() => Promise<void>) | undefined
  /** Sees the run also if it fails. */
  readonly watched?: WatchedOperator | undefined
  /** Options of a second step with the same operator. */
  readonly second?: object | undefined
}

/** What a run of an operator gave: its rows, its rejects, and what was seen of the operator meanwhile. */
export interface OperatorRun {
  readonly ids: readonly RowId[]
  readonly rows: readonly Row[]
  readonly rejects: readonly RejectedByRun[]
  readonly watched: WatchedOperator
  /** The step in the plan of the run. It knows the columns of an operator whose work the table engine checks. */
  readonly planned: PlannedStep | undefined
}

export const stepId = 'tested'

/** An operator under test, and everything that is needed to run it. */
export class OperatorSubject {
  readonly definition: OperatorDefinition
  readonly patience: number
  readonly tolerance: number
  readonly deterministic: boolean
  readonly fuzz: FuzzSettings
  readonly #suite: OperatorSuiteOptions
  readonly #projects: RowsProject[] = []
  #shared: RowsProject | undefined
  /** The rows that the operator must process. */
  samples: readonly Row[] = []
  columns: Columns = {}
  declared: { readonly before: ColumnSet; readonly effects: ColumnEffects } = {
    before: { columns: {}, open: true },
    effects: {},
  }

  private constructor(definition: OperatorDefinition, suite: OperatorSuiteOptions) {
    const { patience = 10_000, tolerance = 0, deterministic = true, seed } = suite
    this.definition = definition
    // A run over a whole table writes its steps to the disk, which takes ten times as long.
    const { examples = this.isWhole ? 5 : 20 } = suite
    this.patience = patience
    this.tolerance = tolerance
    this.deterministic = deterministic
    this.fuzz = { examples, seed }
    this.#suite = suite
  }

  static async open(definition: OperatorDefinition, suite: OperatorSuiteOptions): Promise<OperatorSubject> {
    const subject = new OperatorSubject(definition, suite)
    const { rows, row, columns } = suite
    const given = rows ?? (row === undefined ? undefined : fc.sample(row, { numRuns: 3, seed: 1 }))
    subject.columns = columns ?? (given === undefined ? await subject.#columnsRead() : columnsOf(given))
    subject.samples = given ?? fc.sample(subject.#varied(false), { numRuns: 3, seed: 1 })
    const { declared } = await subject.plan(subject.options(), subject.columns)
    if (declared !== undefined) subject.declared = declared
    return subject
  }

  /** Whether it sees a whole table and not single rows. */
  get isWhole(): boolean {
    return this.definition.kind === 'table' || this.definition.kind === 'opaque'
  }

  options(): object {
    const { options = {} } = this.#suite
    return typeof options === 'function' ? (options as () => object)() : options
  }

  /** Tables of varied rows. */
  get tables(): fc.Arbitrary<readonly Row[]> {
    return fc.array(this.#suite.row ?? this.#varied(true), { minLength: 1, maxLength: 6 })
  }

  /** The first sample row with an unusual value in one cell, for each cell and each value. Other rows if they are yours. */
  get oddRows(): readonly Row[] {
    return this.#suite.row === undefined ? oddRows(this.columns, this.samples[0] ?? {}) : []
  }

  #varied(more: boolean): fc.Arbitrary<Row> {
    return rowArbitrary({ columns: this.columns, samples: this.#suite.rows ?? [], more })
  }

  /** Without rows, the operator's own declaration says which columns it reads. */
  async #columnsRead(): Promise<Columns> {
    const { declared } = await this.plan(this.options(), {})
    return Object.fromEntries((declared?.effects.reads ?? []).map((name) => [name, 'string' as const]))
  }

  /** A project of its own, as after a restart. */
  async project(servings?: HeldServings): Promise<RowsProject> {
    const project = await RowsProject.open(this.#suite.project ?? {}, servings)
    this.#projects.push(project)
    // A package is loaded when a step names what it contributes; this step holds the operator itself.
    for (const { name, manifest } of await project.maestro.plugins())
      if (manifest?.contributes?.operators?.[this.definition.name] !== undefined)
        await project.maestro.contributionsOf(name)
    return project
  }

  /** What the plan says of a step with the operator: what it declares, and the first fault. */
  async plan(
    options: object,
    columns: Columns,
  ): Promise<Pick<WatchedOperator, 'declared'> & { readonly fault: unknown }> {
    const project = await this.#project()
    const watched = new WatchedOperator({})
    const table: GivenTable = { ids: [], rows: [], columns }
    const steps = pipeline('testkit')
      .read(...project.give(table))
      .step(watched.definition(this.definition) as never, options as never)
    const fault = await project.maestro.preview(steps, 1).then(
      () => undefined,
      (error: unknown) => error,
    )
    const isTable = this.definition.kind === 'table' && fault === undefined
    return { declared: isTable ? await this.#plannedColumns(project, steps) : watched.declared, fault }
  }

  /** The columns of a table step, which follow from its statements. */
  async #plannedColumns(
    project: RowsProject,
    steps: Parameters<RowsProject['maestro']['runTo']>[0],
  ): Promise<WatchedOperator['declared']> {
    const { runId } = await project.maestro.runTo(steps, { write: () => undefined })
    const [step] = project.planOf(runId)?.steps ?? []
    return step && { effects: step.effects, before: step.columnsIn }
  }

  /** Runs the operator over rows, as the only step of a pipeline. Every row is checked against the declarations. */
  async run(rows: readonly Row[], settings: RunSettings = {}): Promise<OperatorRun> {
    const { batch, concurrency, signal, second, gate, ids = idsOf(rows), columns = this.columns } = settings
    const project = settings.project ?? (await this.#project())
    const { watched = new WatchedOperator(settings) } = settings
    const use = watched.definition(this.definition) as never
    const bound = concurrency === undefined ? {} : { concurrency }
    const first = pipeline('testkit')
      .read(...project.give({ ids, rows, columns, batch, gate }))
      .step(use, (settings.options ?? this.options()) as never, { id: stepId, ...bound })
    const steps = second === undefined ? first : first.step(use, second as never, { id: 'second', ...bound })
    const out: { ids: string[]; rows: Row[] } = { ids: [], rows: [] }
    const write = (written: { readonly ids: readonly string[]; readonly rows: readonly Row[] }) => {
      out.ids.push(...written.ids)
      out.rows.push(...written.rows)
    }
    const running = project.maestro.runTo(steps, { write }, signal === undefined ? {} : { signal })
    const ended = running.then(({ runId }) => runId, allRejected)
    const runId = await within(this.patience, `the run over ${rows.length} rows`, ended)
    const planned = project.planOf(runId)?.steps[0]
    return { ...out, rejects: project.rejectsOf(runId), watched, planned }
  }

  async #project(): Promise<RowsProject> {
    this.#shared ??= await this.project()
    return this.#shared
  }

  async close(): Promise<void> {
    await Promise.all(this.#projects.map((project) => project.dispose()))
  }
}

/** A run in which every row is rejected fails, and is what a suite may expect. @returns its id */
function allRejected(error: unknown): string {
  const { report } = error as { readonly report?: RunReport }
  if (!MaestroError.is(error, 'MAESTRO_RUN_ALL_FAILED') || report === undefined) throw error
  return report.runId
}

/** The ids of the rows of a table. */
export function idsOf(rows: readonly Row[]): readonly string[] {
  return rows.map((_, index) => `r${index + 1}`)
}
