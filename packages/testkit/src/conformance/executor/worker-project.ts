import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  defineExecutor,
  definePlugin,
  type Executor,
  type Logger,
  type RejectGroup,
  type Row,
  type StepCounts,
  type WorkerTask,
} from '@maestro-dataflow/core'

// Without an import, the module works wherever the folder is.
const pipeline = `export default {
  name: 'testkit',
  source: { rows: () => Array.from({ length: 200 }, (_, n) => ({ n, text: 'text ' + n })), columns: { columns: {}, open: true } },
  steps: [
    { id: 'add', input: 'source', options: undefined, use: { kind: 'map', run: (row) => ({ ...row, twice: row.n * 2, at: new Date(row.n) }) } },
    { id: 'choose', input: 'add', options: undefined, use: { kind: 'filter', run: (row, { drop }) => row.n % 5 > 0 || drop('a fifth') } },
    { id: 'split', input: 'choose', options: undefined, use: { kind: 'flatMap', run: (row) => (row.n % 3 ? [row] : [row, { ...row, n: -row.n }]) } },
    { id: 'refuse', input: 'split', options: undefined, use: { kind: 'map', run: (row) => { if (row.n % 7 === 3) throw new RangeError('three'); return row } } },
  ],
  sinks: [],
}
`

/** What a run left, and the tasks for which it asked for workers. */
export interface WorkerRun {
  readonly rows: readonly Row[]
  readonly rejects: readonly RejectGroup[]
  readonly counts: StepCounts
  readonly asked: readonly WorkerTask[]
}

/** A project in files, as workers need it. */
export class WorkerProject {
  readonly path: string
  readonly logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => this.logger,
  }

  private constructor(path: string) {
    this.path = path
  }

  static async create(): Promise<WorkerProject> {
    const project = new WorkerProject(await mkdtemp(join(tmpdir(), 'maestro-testkit-')))
    await mkdir(join(project.path, 'pipelines'))
    await writeFile(join(project.path, 'pipelines/steps.mjs'), pipeline)
    return project
  }

  /** Runs the pipeline. @param executor The one with workers; undefined for the thread of the run. */
  async run(executor?: Executor): Promise<WorkerRun> {
    const { openProject } = await import('@maestro-dataflow/core/runtime')
    const asked: WorkerTask[] = []
    const plugin = definePlugin({
      name: 'tested',
      executors: [
        defineExecutor({ name: 'tested.executor', workers: executor?.workers, create: () => heard(executor, asked) }),
      ],
    })
    const use = executor === undefined ? 'local' : 'tested.executor'
    const config = { pipelines: 'pipelines/*', executor: use, logLevel: 'silent', run: { maxRejects: '100%' } }
    await writeFile(join(this.path, 'maestro.config.json'), JSON.stringify(config))
    const project = openProject({ cwd: this.path, plugins: [plugin] })
    try {
      const rows: Row[] = []
      const { rejects, counts } = await project.runTo('steps', { write: (batch) => void rows.push(...batch.rows) })
      return { rows, rejects, counts, asked }
    } finally {
      await project.dispose()
    }
  }

  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

/** An executor whose tasks are noted. The suite disposes it. */
function heard(executor: Executor | undefined, asked: WorkerTask[]): Executor {
  const { workers } = executor ?? {}
  return {
    name: 'tested.executor',
    execute: async (partitions, run, signal) => executor?.execute(partitions, run, signal),
    workers: workers && {
      ...workers,
      open(task, context) {
        asked.push(task)
        return workers.open(task, context)
      },
    },
    dispose: async () => undefined,
  }
}
