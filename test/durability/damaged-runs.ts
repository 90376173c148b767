// Small runs that were killed, for tests that damage one of their files. Each damaged run is resumed in a project that stays
// open, which takes some hundredths of a second, so that every byte of every file can have its turn.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MaestroError, type PipelineBuilder, pipeline, prompt } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import ai from '@maestro-dataflow/plugin-ai'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { onTestFinished } from 'vitest'
import { Folder } from './folder.js'
import { countingModel } from './questions.js'

const rows = () => pipeline('p').read('fs.file', { path: 'q.jsonl', columns: { n: 'integer', q: 'string' } })

const checked = () =>
  rows().map(
    (row) => {
      if (row.n === 1) throw new Error('no')
      return row
    },
    { id: 'm', columns: { reads: ['n'] } },
  )

const input = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n},"q":"row ${n}"}\n`).join('')

interface KilledRun {
  readonly pipeline: { readonly definition: PipelineBuilder<unknown>['definition'] }
  readonly rows: number
  /** The failpoint at which the run is killed, and how often it was passed before. */
  readonly at: readonly [place: string, passed: number]
  /** What happens before the run. */
  readonly before?: (folder: Folder, run: () => Promise<unknown>) => unknown
}

/** Together, they leave files of every kind. */
export const killedRuns = {
  'asks a model and writes files': {
    pipeline: checked()
      .step('ai.generate', { prompt: prompt('{{q}}'), output: 'a' }, { id: 'g' })
      .filter((row, { drop }) => row.n !== 2 || drop('two'), { id: 'f' })
      .write('fs.file', { path: 'a.jsonl' })
      .write('fs.file', { path: 'a.csv.gz' }),
    rows: 5,
    at: ['progress-renamed', 1],
  },
  'has finished stages and commits partitions to a database': {
    pipeline: checked()
      .step('table.sort', { by: [{ column: 'n', descending: true }] }, { id: 's' })
      .filter((row) => row.n !== 4, { id: 'f' })
      .write('db.table', {
        connection: { client: 'sqlite', path: 'a.db' },
        table: 'a',
        mode: 'append',
        commit: 'partition',
      }),
    rows: 6,
    at: ['partition-settled', 1],
  },
  'adds rows to a file': {
    pipeline: rows().write('fs.file', { path: 'a.jsonl', mode: 'append' }),
    rows: 3,
    at: ['sink-committed', 0],
    before: (folder) => writeFileSync(join(folder.path, 'a.jsonl'), '{"n":-1,"q":"before"}\n'),
  },
  'is incremental': {
    pipeline: rows().incremental({ key: 'n' }).write('fs.file', { path: 'a.jsonl' }),
    rows: 3,
    at: ['progress-renamed', 0],
    before: async (folder, run) => {
      await run()
      writeFileSync(join(folder.path, 'q.jsonl'), input(5).replace('row 1', 'row one'))
      folder.settleTimes()
    },
  },
} satisfies Readonly<Record<string, KilledRun>>

export type KilledRunName = keyof typeof killedRuns

/** A way to damage a file. */
export type Damage = 'cut' | 'changed'

/** The outcome of a damaged run that was resumed. */
export type Outcome = { readonly left: unknown } | { readonly refusal: string }

/** A killed run, which is damaged and resumed again and again. */
export class DamagedRuns {
  readonly #run: KilledRun
  readonly #crashed: Folder
  /** What an undisturbed run leaves for its users. */
  readonly expected: unknown

  private constructor(run: KilledRun, crashed: Folder, expected: unknown) {
    this.#run = run
    this.#crashed = crashed
    this.expected = expected
  }

  static async of(name: KilledRunName): Promise<DamagedRuns> {
    const run: KilledRun = killedRuns[name]
    const restoreSize = setPartitionSize({ rows: 2, milliseconds: 1e9 })
    onTestFinished(() => {
      installFailpoints(undefined)
      restoreSize()
    })
    const whole = new Folder()
    writeFileSync(join(whole.path, 'q.jsonl'), input(run.rows))
    whole.settleTimes()
    const project = new Project(whole.path, run)
    await run.before?.(whole, () => project.resume())
    let crashed: Folder | undefined
    const [at, times] = run.at
    let passed = 0
    installFailpoints((place) => {
      if (place === at && passed++ === times) crashed = Folder.after(whole.path)
    })
    await project.resume()
    installFailpoints(undefined)
    if (crashed === undefined) throw new Error(`${at} was passed only ${passed} times`)
    return new DamagedRuns(run, crashed, project.left())
  }

  /** The files of the run, and the hidden files of its outputs. */
  get files(): readonly { readonly name: string; readonly length: number }[] {
    const run = this.#crashed.runs.at(-1) ?? ''
    return readdirSync(this.#crashed.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(this.#crashed.path.length + 1))
      .filter((name) => name.startsWith('.maestro') && (!name.includes('/runs/') || name.includes(run)))
      .map((name) => ({ name, length: readFileSync(join(this.#crashed.path, name)).length }))
  }

  /** Opens a folder in which damaged runs are resumed one after the other. */
  resumer(): (name: string, damage: Damage, place: number) => Promise<Outcome> {
    const path = mkdtempSync(join(tmpdir(), 'maestro-damaged-'))
    onTestFinished(() => rmSync(path, { recursive: true, force: true }))
    const project = new Project(path, this.#run)
    return async (name, damage, place) => {
      for (const entry of readdirSync(path)) rmSync(join(path, entry), { recursive: true })
      cpSync(this.#crashed.path, path, { recursive: true, preserveTimestamps: true })
      const content = readFileSync(join(path, name))
      if (damage === 'changed' && content.length > 0) content[place] = (content[place] as number) ^ 1
      writeFileSync(join(path, name), damage === 'cut' ? content.subarray(0, place) : content)
      try {
        await project.resume()
        return { left: project.left() }
      } catch (error) {
        if (!MaestroError.is(error)) throw new Error(`${name}, ${damage} at byte ${place}`, { cause: error })
        return { refusal: `${error.code} ${error.message}` }
      }
    }
  }
}

class Project {
  readonly #path: string
  readonly #run: KilledRun
  readonly #project

  constructor(path: string, run: KilledRun) {
    mkdirSync(path, { recursive: true })
    this.#path = path
    this.#run = run
    this.#project = maestro({
      directory: path,
      plugins: [fs, ai, table, db],
      servings: { default: countingModel(() => undefined) },
      cache: false,
      run: { rowsInFlight: 1 },
      logLevel: 'silent',
    })
    onTestFinished(() => this.#project.dispose())
  }

  async resume(): Promise<void> {
    await this.#project.assertNewestReadable('p')
    const [unfinished] = await this.#project.unfinishedRuns()
    const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
    await this.#project.run(this.#run.pipeline.definition, resume)
  }

  /** The outputs, the rejected rows, and the names of all files beside them. */
  left(): unknown {
    const files = readdirSync(this.#path).filter((name) => name !== '.maestro' && !name.startsWith('a.db'))
    const run = join(this.#path, '.maestro/runs', readdirSync(join(this.#path, '.maestro/runs')).sort().at(-1) ?? '')
    const rejects = join(run, 'rejects.jsonl')
    return {
      files: files.sort().map((name) => [name, readFileSync(join(this.#path, name)).toString('latin1')]),
      table: existsSync(join(this.#path, 'a.db')) ? this.#table() : [],
      rejects: existsSync(rejects) ? readFileSync(rejects, 'utf8') : '',
      counts: JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')).counts,
    }
  }

  #table(): unknown {
    const database = new DatabaseSync(join(this.#path, 'a.db'))
    try {
      const rows = database.prepare('SELECT * FROM a ORDER BY rowid').all()
      return rows.map((row) => ({ ...row }))
    } finally {
      database.close()
    }
  }
}
