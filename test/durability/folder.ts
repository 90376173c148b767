import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunReport } from '@maestro-dataflow/core'
import { onTestFinished } from 'vitest'

/** A project folder with questions. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'maestro-durability-'))

  constructor(questions = '') {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
    writeFileSync(join(this.path, 'questions.jsonl'), questions)
    this.settleTimes()
  }

  /** Gives the files of the folder a time that a copy preserves, which has no fractions of milliseconds. */
  settleTimes(): void {
    for (const entry of readdirSync(this.path, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 1, 1)
  }

  change(path: string, change: (text: string) => string): void {
    writeFileSync(join(this.path, path), change(this.read(path)))
  }

  /**
   * The folder as a process that ends now leaves it: nothing that was written is lost, and its lease has no owner.
   *
   * @param project The folder of the project in it. @default the folder itself
   */
  static after(crashed: string, project = ''): Folder {
    const folder = new Folder()
    cpSync(crashed, folder.path, { recursive: true, preserveTimestamps: true })
    const runs = join(folder.path, project, '.maestro/runs')
    for (const run of existsSync(runs) ? readdirSync(runs) : []) {
      const lease = join(runs, run, 'lease')
      for (const number of existsSync(lease) ? readdirSync(lease) : []) {
        const path = join(lease, number)
        writeFileSync(path, readFileSync(path, 'utf8').replace(/"started":"\d+"/, '"started":"1"'))
      }
    }
    return folder
  }

  get runs(): readonly string[] {
    const runs = join(this.path, '.maestro/runs')
    return existsSync(runs) ? readdirSync(runs).sort() : []
  }

  read(path: string): string {
    return readFileSync(join(this.path, path), 'utf8')
  }

  /** What is left of a run: the outputs, no hidden file, the rejected rows, and the names of the run's files. */
  result(outputs: readonly string[] = ['answers.jsonl']): Readonly<Record<string, unknown>> {
    const run = join('.maestro/runs', this.runs.at(-1) ?? '')
    const files = readdirSync(join(this.path, run), { recursive: true }).filter(
      (name) => !String(name).includes('lease'),
    )
    return {
      outputs: outputs.map((path) => readFileSync(join(this.path, path)).toString('latin1')),
      files: readdirSync(this.path).sort(),
      rejects: existsSync(join(this.path, run, 'rejects.jsonl')) ? this.read(join(run, 'rejects.jsonl')) : '',
      runFiles: files.sort(),
    }
  }
}

/** A report without names, times, and learnt limits. */
export const settled = (report: RunReport) => {
  const { runId: _, startedAt: __, durationMs: ___, directory: ____, servings, ...rest } = report
  return { ...rest, servings: servings.map(({ serving, usage }) => ({ serving, usage })) }
}
