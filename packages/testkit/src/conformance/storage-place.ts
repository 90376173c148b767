import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeIssues, type Logger, type Schema, type StorageContext } from '@maestro-dataflow/core'
import { testkitError } from '../errors.js'
import { deepFreeze } from './deep-freeze.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** A project folder and a run folder for sources and sinks under test. */
export class StoragePlace {
  readonly directory: string
  readonly #temporary: string
  #runs = 0

  private constructor(temporary: string, directory: string) {
    this.#temporary = temporary
    this.directory = directory
  }

  /** @param directory The folder where relative paths start. By default, it is a new, empty one. */
  static async open(directory?: string): Promise<StoragePlace> {
    const temporary = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
    return new StoragePlace(temporary, directory ?? (await mkdtemp(join(temporary, 'project-'))))
  }

  /** The context that a run gives, each time that of another run. */
  async context(signal: AbortSignal = new AbortController().signal): Promise<StorageContext> {
    const runDirectory = await mkdtemp(join(this.#temporary, `run-${this.#runs++}-`))
    return { directory: this.directory, allowOutside: false, signal, runDirectory, logger: silent }
  }

  /** The files of the project folder. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  }

  async dispose(): Promise<void> {
    await rm(this.#temporary, { recursive: true, force: true })
  }
}

/** Options as the schema returns them. */
export async function parsed(schema: Schema, options: unknown): Promise<unknown> {
  const result = await schema['~standard'].validate(options)
  if (result.issues !== undefined)
    throw testkitError('MAESTRO_TESTKIT_SUBJECT', {
      subject: 'A storage',
      reason: `its options are refused: ${describeIssues(result.issues, options).join('; ')}`,
    })
  // A part must not change the options that it shares with the plan.
  return deepFreeze(result.value)
}
