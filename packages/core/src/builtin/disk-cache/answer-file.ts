import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../contracts/logger.js'
import { reasonOf } from '../../errors/reason-of.js'
import { makeStateDirectory, ownFolder } from '../state-directory.js'
import { AnswerDatabase } from './answer-database.js'
import { type OpenDatabase, openDatabase } from './open-database.js'
import { lockOpening } from './opening-lock.js'
import { fileIdentity, setAside } from './set-aside.js'
import { sqliteFailure } from './sqlite-failure.js'

/** The milliseconds after which an operation gives up on a file that another process holds. */
const patience = 30_000

/**
 * A file of answers in any state. It is opened when it is first needed. A file that is damaged or of another version is
 * set aside and replaced by a new one. A file that another process holds is awaited. If the file system refuses, the
 * cache works without a file and logs that once.
 */
export class AnswerFile {
  readonly path: string
  readonly #stateDirectory: string
  readonly #logger: Logger
  #database: AnswerDatabase | undefined
  /** The file that turned out to be damaged while it was open. */
  #suspect: string | undefined
  #closed = false
  #warned = false

  constructor(stateDirectory: string, logger: Logger) {
    this.path = join(stateDirectory, 'cache', 'answers.sqlite')
    this.#stateDirectory = stateDirectory
    this.#logger = logger
  }

  get exists(): boolean {
    return this.#database !== undefined || statSync(this.path, { throwIfNoEntry: false }) !== undefined
  }

  /**
   * Runs a function on the database.
   *
   * @returns undefined if that is impossible; the log says why
   */
  use<Result>(work: (database: AnswerDatabase) => Result): Result | undefined | Promise<Result | undefined> {
    if (this.#closed) return undefined
    try {
      const database = this.#open()
      if (database === 'busy') return this.#mend('busy', work)
      return database === undefined ? undefined : work(database)
    } catch (error) {
      return this.#mend(error, work)
    }
  }

  close(): void {
    this.#closed = true
    this.#forget()
  }

  #open(): AnswerDatabase | 'busy' | undefined {
    if (this.#database !== undefined) return this.#database
    if (!this.exists) {
      makeStateDirectory(this.#stateDirectory)
      mkdirSync(dirname(this.path), { recursive: true, mode: ownFolder })
    }
    const unlock = lockOpening(this.path)
    if (unlock === undefined) return 'busy'
    try {
      return this.#openAlone()
    } finally {
      unlock()
    }
  }

  /** Opens the file, and replaces it if it is unusable. */
  #openAlone(): AnswerDatabase | undefined {
    const isSuspect = this.#suspect !== undefined && fileIdentity(this.path) === this.#suspect
    this.#suspect = undefined
    let opened = isSuspect ? 'damaged' : tryToOpen(this.path)
    if (opened === 'damaged' || opened === 'version') {
      this.#setAside(opened)
      opened = tryToOpen(this.path)
    }
    if (typeof opened !== 'object') return this.#refuse(`the new file is not usable: ${opened}`)
    this.#database = new AnswerDatabase(opened, this.path)
    return this.#database
  }

  /** Tries again after a failure, if that can help. */
  async #mend<Result>(failure: unknown, work: (database: AnswerDatabase) => Result): Promise<Result | undefined> {
    const giveUp = performance.now() + patience
    let error = failure
    for (let begunAnew = false; ; ) {
      const kind = error === 'busy' ? error : sqliteFailure(error)
      if (kind === undefined) throw error
      if (kind === 'refused' || (kind === 'damaged' && begunAnew) || performance.now() > giveUp)
        return this.#refuse(error)
      try {
        if (kind === 'damaged') {
          begunAnew = true
          this.#suspect = this.#database?.identity
          this.#forget()
        } else await sleep(10 + Math.random() * 20)
        if (this.#closed) return undefined
        const database = this.#open()
        if (database !== 'busy') return database === undefined ? undefined : work(database)
        error = database
      } catch (again) {
        error = again
      }
    }
  }

  #setAside(why: 'damaged' | 'version'): void {
    const path = setAside(this.path, why)
    const state = why === 'damaged' ? 'is damaged' : 'was written by another version'
    this.#logger.warn(`The file of the response cache ${state}. It was renamed, and a new file is used.`, {
      path: this.path,
      setAside: path,
    })
  }

  #refuse(error: unknown): undefined {
    if (!this.#warned)
      this.#logger.warn(
        'The response cache cannot write to the disk. The run continues, but the next run may ask for the same answers again.',
        {
          path: this.path,
          reason: reasonOf(error),
        },
      )
    this.#warned = true
    // A file that cannot be opened at all is not tried again for every row.
    if (this.#database === undefined) this.#closed = true
  }

  #forget(): void {
    const database = this.#database
    this.#database = undefined
    try {
      database?.close()
    } catch (error) {
      // A damaged file cannot always be closed properly; everything in it is already written.
      if (sqliteFailure(error) === undefined) throw error
    }
  }
}

function tryToOpen(path: string): OpenDatabase | 'damaged' | 'version' {
  try {
    return openDatabase(path)
  } catch (error) {
    if (sqliteFailure(error) === 'damaged') return 'damaged'
    throw error
  }
}
