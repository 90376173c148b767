// A project in a folder of its own whose run and workers are processes, started as users start them.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TemporaryProject } from '../../packages/cli/src/__fixtures__/temporary-project.ts'

export class QueueProject {
  #project
  #running = []

  /** @param executor Options of the executor beside its address. */
  constructor(url, { plugins = [], executor = {}, config = {}, files }) {
    this.#project = new TemporaryProject({
      'package.json': { type: 'module' },
      'maestro.config.json': {
        plugins: ['bullmq', 'fs', ...plugins].map((name) => `@maestro-dataflow/plugin-${name}`),
        pipelines: 'pipelines/*',
        executor: { use: 'bullmq.queue', url, ...executor },
        ...config,
      },
      ...files,
    })
  }

  /** Starts workers, and waits until they are there. */
  async start(count, ...parameters) {
    const started = Array.from({ length: count }, () => this.#begin(['worker', ...parameters]))
    await Promise.all(started.map((worker) => worker.wrote('Waits for runs')))
  }

  run(pipeline) {
    return this.#begin(['run', pipeline, '--json'])
  }

  rows(path) {
    return this.#project.rows(path)
  }

  /** What steps have noted while they ran, a line of JSON each. */
  noted() {
    const path = this.#notes
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    // The last line may be unfinished.
    return lines.slice(0, -1).map((line) => JSON.parse(line))
  }

  /** Tells all processes to end, waits for them, and removes the folder. */
  async close() {
    for (const { process } of this.#running) process.kill('SIGTERM')
    await Promise.all(this.#running.map(({ finished }) => finished))
    this.#project.remove()
  }

  get #notes() {
    return join(this.#project.folder, 'notes.jsonl')
  }

  #begin(parameters) {
    const running = this.#project.start(parameters, { env: { BENCH_NOTES: this.#notes } })
    this.#running.push(running)
    return running
  }
}

/** The report of a run that has ended well. */
export async function reportOf({ finished }) {
  const { code, stdout, stderr } = await finished
  assert.equal(code, 0, stderr)
  const report = JSON.parse(stdout)
  // Otherwise the run has done the work itself.
  assert.deepEqual(report.warnings ?? [], [])
  return report
}
