import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MaestroError, type RunReport } from '@maestro-dataflow/core'
import { LedgerReader, openProject, type RunSettings } from '@maestro-dataflow/core/runtime'
import { onTestFinished } from 'vitest'
import { settled } from '../durability/folder.js'

/** What is left of a run, without names and times. */
export interface Outcome {
  readonly report: ReturnType<typeof settled>
  /** The error that stopped the run. */
  readonly error: MaestroError | undefined
  readonly output: string | undefined
  readonly rejects: string | undefined
  readonly samples: unknown
  readonly facts: readonly object[]
}

/** A project in files, which workers open again. */
export class FileProject {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-workers-')))

  /** @param files The content of each file. */
  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
    const installed = join(import.meta.dirname, '../../node_modules')
    mkdirSync(join(this.path, 'node_modules'))
    for (const name of ['@maestro-dataflow', 'zod'])
      symlinkSync(join(installed, name), join(this.path, 'node_modules', name))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true })
      writeFileSync(join(this.path, name), text)
    }
  }

  /** Writes the config. */
  configure(executor: unknown, settings: object = {}): void {
    const plugins = ['fs', 'ai', 'openai', 'text'].map((name) => `@maestro-dataflow/plugin-${name}`)
    const config = { plugins, pipelines: 'pipelines/*', logLevel: 'silent', executor, cache: false, ...settings }
    writeFileSync(join(this.path, 'maestro.config.json'), JSON.stringify(config))
  }

  /** Runs a pipeline, which writes `out.jsonl`. */
  async run(pipeline: string, executor: unknown, config: object = {}, settings: RunSettings = {}): Promise<Outcome> {
    this.configure(executor, config)
    rmSync(join(this.path, 'out.jsonl'), { force: true })
    const project = openProject({ cwd: this.path })
    try {
      return this.outcome(await project.run(pipeline, settings))
    } catch (error) {
      if (!MaestroError.is(error) || !('report' in error)) throw error
      return this.outcome(error.report as RunReport, error)
    } finally {
      await project.dispose()
    }
  }

  outcome(report: RunReport, error?: MaestroError): Outcome {
    const folder = join('.maestro/runs', report.runId)
    return {
      report: settled(report),
      error,
      output: this.#read('out.jsonl'),
      rejects: this.#read(join(folder, 'rejects.jsonl')),
      samples: JSON.parse(this.#read(join(folder, 'samples.json')) ?? 'null'),
      facts: [...new LedgerReader(join(this.path, folder, 'ledger.bin')).facts()].map(({ id, fact }) =>
        'endedMs' in fact ? { id, ...fact, endedMs: 0, durationMs: 0 } : { id, ...fact },
      ),
    }
  }

  /** The plan of the newest run. */
  plan(): { readonly stages: readonly { readonly workers?: readonly string[] }[] } {
    const runs = readdirSync(join(this.path, '.maestro/runs')).sort()
    return JSON.parse(this.#read(join('.maestro/runs', runs.at(-1) ?? '', 'plan.json')) ?? '')
  }

  #read(name: string): string | undefined {
    const path = join(this.path, name)
    return existsSync(path) ? readFileSync(path).toString('latin1') : undefined
  }
}
