import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { WorkerState } from '@maestro-dataflow/core'
import { openProject } from '@maestro-dataflow/core/runtime'
import { type Running, TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'

const rows = 600

/** Each row takes a moment, or as long as rows are held; every third is dropped, and some are rejected. */
const pipeline = `import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
const held = process.env.RAN + '.held'
const begun = () => readFileSync(process.env.RAN, 'utf8').split('\\n').length - 1
const isHeld = () => existsSync(held) && begun() > Number(readFileSync(held, 'utf8'))
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id' })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    do await new Promise((resolve) => setTimeout(resolve, 40))
    while (isHeld())
    if (row.n % 97 === 5) throw new Error('unlucky')
    return { ...row, twice: row.n * 2 }
  })
  .filter((row) => row.n % 3 !== 0)
  .write('fs.file', { path: 'out.jsonl', mode: 'overwrite' })
`

const inputOf = (count: number): string =>
  Array.from({ length: count }, (_, n) => `${JSON.stringify({ id: `r${n}`, n })}\n`).join('')

/** What is different on another machine: its name, its clock, and the versions of Node.js and of MaestroDataflow there. */
export interface OtherMachine {
  readonly host?: string
  readonly aheadMs?: number
  readonly node?: string
  readonly core?: string
}

/** A project on one machine whose run and workers are processes of their own. */
export class WorkersProject {
  readonly #project: TemporaryProject
  readonly #running: Running[] = []

  /** @param options Options of the executor. */
  constructor(
    url: string,
    options: object = {},
    plugins: readonly string[] = ['@maestro-dataflow/plugin-bullmq', '@maestro-dataflow/plugin-fs'],
  ) {
    const executor = { use: 'bullmq.queue', url, rows: 20, wait: '30s', ...options }
    this.#project = new TemporaryProject({
      'package.json': { type: 'module' },
      'maestro.config.json': { plugins, pipelines: 'pipelines/*', executor, run: { rowsInFlight: 200 } },
      'pipelines/work.js': pipeline,
      'in.jsonl': inputOf(rows),
    })
  }

  get folder(): string {
    return this.#project.folder
  }

  get #held(): string {
    return join(this.folder, 'ran.txt.held')
  }

  write(path: string, content: string | object): void {
    this.#project.write(path, content)
  }

  /** Gives the pipeline other rows than the usual 600. */
  input(count: number): void {
    this.#project.write('in.jsonl', inputOf(count))
  }

  worker(...parameters: readonly string[]): Running {
    return this.start(['worker', ...parameters])
  }

  /** Starts the run, or resumes it. */
  run(...parameters: readonly string[]): Running {
    return this.start(parameters.length === 0 ? ['run', 'work', '--json'] : parameters)
  }

  async workers(): Promise<readonly WorkerState[]> {
    const project = openProject({ cwd: this.folder })
    try {
      return await project.workers()
    } finally {
      await project.dispose()
    }
  }

  /** Workers wait in their rows after so many have begun, so that the run is not over before something happens to it. */
  hold(after: number): void {
    writeFileSync(`${this.#held}.new`, String(after))
    renameSync(`${this.#held}.new`, this.#held)
  }

  release(): void {
    this.hold(Number.POSITIVE_INFINITY)
  }

  /** Waits until rows have begun. */
  untilRan(count: number): Promise<void> {
    return this.until((ran) => ran.length >= count)
  }

  /** Waits until each of so many processes has begun a row, and returns them. */
  async untilRanBy(count: number): Promise<readonly number[]> {
    const pids = () => [...new Set(this.ran().map(({ pid }) => pid))]
    await this.until(() => pids().length >= count)
    return pids()
  }

  async until(isSo: (ran: ReturnType<WorkersProject['ran']>) => boolean): Promise<void> {
    while (!isSo(this.ran())) await sleep(20)
  }

  /** Which process has begun which row, in order. */
  ran(): readonly { readonly id: string; readonly pid: number }[] {
    const path = join(this.folder, 'ran.txt')
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
    return lines
      .filter((line) => line !== '')
      .map((line) => ({ id: line.split(' ')[0] ?? '', pid: Number(line.split(' ')[1]) }))
  }

  rows(path: string): readonly Record<string, unknown>[] {
    return this.#project.rows(path)
  }

  /** The output of a run, and the counts of its report. */
  result({ stdout }: { readonly stdout: string }): { readonly output: string; readonly counts: unknown } {
    const { counts } = JSON.parse(stdout)
    return { output: this.#project.read('out.jsonl'), counts }
  }

  /** Kills a process together with the one that it supervises, which would otherwise end in good order. */
  async kill({ process: supervisor, finished }: Running): Promise<void> {
    const path = `/proc/${supervisor.pid}/task/${supervisor.pid}/children`
    const children = readFileSync(path, 'utf8').trim().split(' ').map(Number)
    supervisor.kill('SIGSTOP')
    for (const pid of children) process.kill(pid, 'SIGKILL')
    supervisor.kill('SIGKILL')
    await finished
  }

  remove(): void {
    for (const { process } of this.#running) process.kill('SIGKILL')
    // The processes that these supervise. By now, their numbers may belong to others.
    for (const pid of processesOf(this.folder)) process.kill(pid, 'SIGKILL')
    this.#project.remove()
  }

  /** Starts a command. @param machine What is different on the machine where it runs, as `other-machine.js` reads it. */
  start(parameters: readonly string[], machine: OtherMachine = {}): Running {
    const preload = join(import.meta.dirname, 'other-machine.js')
    const other =
      Object.keys(machine).length === 0
        ? {}
        : { MACHINE: JSON.stringify(machine), NODE_OPTIONS: `--import ${pathToFileURL(preload)}` }
    const running = this.#project.start(parameters, { env: { RAN: join(this.folder, 'ran.txt'), ...other } })
    this.#running.push(running)
    return running
  }
}

/** The processes in whose environment a folder is named. */
function processesOf(folder: string): readonly number[] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc').flatMap((name) => {
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`RAN=${folder}/`) ? Number(name) : []
    } catch {
      return []
    }
  })
}

/** What a run on one machine writes. */
export const expectedOf = (count: number) => {
  const numbers = Array.from({ length: count }, (_, n) => n)
  return {
    output: numbers
      .filter((n) => n % 3 !== 0 && n % 97 !== 5)
      .map((n) => `${JSON.stringify({ id: `r${n}`, n, twice: n * 2 })}\n`)
      .join(''),
    rejected: numbers.filter((n) => n % 97 === 5).length,
  }
}
export const expected = expectedOf(rows)
