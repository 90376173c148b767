import { mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../contracts/logger.js'
import { reasonOf } from '../../errors/reason-of.js'
import { makeStateDirectory } from '../state-directory.js'
import { AnswerDatabase } from './answer-database.js'
import { openDatabase } from './open-database.js'
import { fileIdentity, setAsideOnce } from './set-aside.js'
import { sqliteFailure } from './sqlite-failure.js'

/** Milliseconds after which a file that another process holds is given up for this time. */
const patience = 30_000

/**
 * A file of answers, whatever state it is in: opened when it is first needed, set aside and begun anew when it is
 * damaged or of another version, waited for when another process is at it, and done without where the file system
 * refuses, which is said once.
 */
export class AnswerFile {
  readonly path: string
  readonly #stateDirectory: string
  readonly #logger: Logger
  #database: AnswerDatabase | undefined
  /** Which file was opened last, or tried to be. */
  #identity: string | undefined
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
   * Does work on the database.
   *
   * @returns undefined when it cannot be done; the log says why
   */
  use<Result>(work: (database: AnswerDatabase) => Result): Result | undefined | Promise<Result | undefined> {
    if (this.#closed) return undefined
    try {
      const database = this.#open()
      return database === undefined ? undefined : work(database)
    } catch (error) {
      return this.#mend(error, work)
    }
  }

  close(): void {
    this.#closed = true
    this.#forget()
  }

  #open(): AnswerDatabase | undefined {
    if (this.#database !== undefined) return this.#database
    if (!this.exists) {
      makeStateDirectory(this.#stateDirectory)
      mkdirSync(dirname(this.path), { recursive: true })
    }
    this.#identity = fileIdentity(this.path)
    let opened = openDatabase(this.path)
    if (opened === 'version') {
      this.#setAside('version')
      opened = openDatabase(this.path)
      if (opened === 'version') return this.#refuse('a process of another version is using it')
    }
    this.#database = new AnswerDatabase(opened, this.path)
    return this.#database
  }

  /** Tries again after a failure, as far as that helps. */
  async #mend<Result>(failure: unknown, work: (database: AnswerDatabase) => Result): Promise<Result | undefined> {
    const giveUp = performance.now() + patience
    let error = failure
    for (let begunAnew = false; ; ) {
      const kind = sqliteFailure(error)
      if (kind === undefined) throw error
      if (kind === 'refused' || (kind === 'damaged' && begunAnew) || performance.now() > giveUp)
        return this.#refuse(error)
      try {
        if (kind === 'damaged' && this.#setAside('damaged')) begunAnew = true
        else await sleep(10 + Math.random() * 20)
        if (this.#closed) return undefined
        const database = this.#open()
        return database === undefined ? undefined : work(database)
      } catch (again) {
        error = again
      }
    }
  }

  /** @returns false when another process has done it, or is at it */
  #setAside(why: 'damaged' | 'version'): boolean {
    const identity = this.#database?.identity ?? this.#identity
    this.#forget()
    const aside = identity === undefined ? undefined : setAsideOnce(this.path, identity, why)
    if (aside === undefined) return false
    const state = why === 'damaged' ? 'is damaged' : 'was written by another version'
    this.#logger.warn(`The file of kept answers ${state}: it is set aside, and a new one begun.`, {
      path: this.path,
      setAside: aside,
    })
    return true
  }

  #refuse(error: unknown): undefined {
    if (!this.#warned)
      this.#logger.warn('Answers are not kept on the disk: the run goes on, and the next one may ask the same again.', {
        path: this.path,
        reason: reasonOf(error),
      })
    this.#warned = true
    // What cannot even be opened is not tried again for every row.
    if (this.#database === undefined) this.#closed = true
  }

  #forget(): void {
    const database = this.#database
    this.#database = undefined
    try {
      database?.close()
    } catch (error) {
      // A damaged file cannot always be closed in order; there is nothing in it that is not written.
      if (sqliteFailure(error) === undefined) throw error
    }
  }
}
