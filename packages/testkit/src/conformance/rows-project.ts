import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Columns,
  definePlugin,
  defineSource,
  defineStorage,
  type MaestroConfig,
  type MaestroError,
  type PipelinePlan,
  type PluginDefinition,
  type Row,
} from '@maestro-dataflow/core'
import type { Maestro } from '@maestro-dataflow/core/runtime'
import { z } from 'zod'
import type { HeldServings } from './held-servings.js'

/** The parts of a project in which a suite runs what it tests. */
export interface ProjectParts
  extends Pick<MaestroConfig, 'plugins' | 'servings' | 'vectorStores' | 'tableEngine' | 'storages'> {
  /** The folder where relative paths start. @default an empty folder */
  readonly directory?: string
}

/** A table of rows with ids, as a source of the project gives it. */
export interface GivenTable {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
  readonly columns: Columns
  /** The rows of each batch. @default all */
  readonly batch?: number | undefined
  /** The source waits for this before its first row, and after its last one. */
  readonly gate?: (() => Promise<void>) | undefined
}

export interface RejectedByRun {
  readonly id: string
  readonly row: unknown
  readonly error: MaestroError
}

const source = 'testkit.rows'

/** A project that reads the rows of a suite, checks everything that its parts return, and hears of every reject. */
export class RowsProject {
  readonly maestro: Maestro
  readonly #tables = new Map<number, GivenTable>()
  readonly #rejects: Map<string, RejectedByRun[]>
  readonly #plans: Map<string, PipelinePlan>
  readonly #state: string
  #last = 0

  private constructor(
    maestro: Maestro,
    state: string,
    tables: Map<number, GivenTable>,
    rejects: Map<string, RejectedByRun[]>,
    plans: Map<string, PipelinePlan>,
  ) {
    this.maestro = maestro
    this.#state = state
    this.#tables = tables
    this.#rejects = rejects
    this.#plans = plans
  }

  /** @param servings Watches the calls to the servings of the project. */
  static async open(parts: ProjectParts, servings?: HeldServings): Promise<RowsProject> {
    const { maestro } = await import('@maestro-dataflow/core/runtime')
    const state = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
    const tables = new Map<number, GivenTable>()
    const rejects = new Map<string, RejectedByRun[]>()
    const plans = new Map<string, PipelinePlan>()
    const { plugins = [], directory = state, ...others } = parts
    const project = maestro({
      ...others,
      directory,
      plugins: [...plugins, rowsPlugin(tables, rejects, plans, servings)],
      stateDirectory: join(state, '.maestro'),
      cache: false,
      logLevel: 'silent',
      run: {
        checks: 'strict',
        maxRejects: Number.MAX_SAFE_INTEGER,
        failFast: Number.MAX_SAFE_INTEGER,
        allowEmpty: true,
      },
    })
    return new RowsProject(project, state, tables, rejects, plans)
  }

  /** The source that gives a table: the parameters of `read`. */
  give(table: GivenTable): readonly [use: never, options: never] {
    this.#last++
    this.#tables.set(this.#last, table)
    return [source as never, { table: this.#last } as never]
  }

  /** The rows that a run rejected. */
  rejectsOf(runId: string): readonly RejectedByRun[] {
    return this.#rejects.get(runId) ?? []
  }

  /** The plan of a run. */
  planOf(runId: string): PipelinePlan | undefined {
    return this.#plans.get(runId)
  }

  async dispose(): Promise<void> {
    await this.maestro.dispose()
    // A run that did not end may still write.
    await rm(this.#state, { recursive: true, force: true, maxRetries: 5 })
  }
}

function rowsPlugin(
  tables: ReadonlyMap<number, GivenTable>,
  rejects: Map<string, RejectedByRun[]>,
  plans: Map<string, PipelinePlan>,
  servings: HeldServings | undefined,
): PluginDefinition {
  const tableOf = (table: number) => tables.get(table) ?? { ids: [], rows: [], columns: {} }
  const rows = defineSource({
    options: { table: z.number() },
    columns: ({ table }) => ({ columns: tableOf(table).columns, open: true }),
    open: ({ table }) => ({
      async *read() {
        const { ids, rows, gate, batch = Math.max(1, rows.length) } = tableOf(table)
        await gate?.()
        for (let start = 0; start < rows.length; start += batch)
          yield { ids: ids.slice(start, start + batch), rows: rows.slice(start, start + batch) }
        await gate?.()
      },
    }),
  })
  return definePlugin({
    name: 'testkit',
    storages: [defineStorage({ name: source, source: rows })],
    observe(hooks) {
      hooks.runStart(({ runId, plan }) => void plans.set(runId, plan))
      hooks.rowRejected(({ runId, rowId, row, error }) => {
        rejects.set(runId, [...(rejects.get(runId) ?? []), { id: rowId, row, error }])
      })
      if (servings !== undefined)
        hooks.servingNeeded((event) => ({ ...event, make: () => servings.watch(event.make()) }))
    },
  })
}
