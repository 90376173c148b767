import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { lanceError } from './errors.js'

const pause = 5

/**
 * One writer at a time, in this process and in others: two writers that add the same new id at once would both be
 * stored. The operating system's lock on a file (by SQLite) is released even when a process dies.
 */
export class WriteLock {
  readonly #path: string
  readonly #seconds: number
  #turn: Promise<unknown> = Promise.resolve()

  constructor(path: string, seconds: number) {
    this.#path = path
    this.#seconds = seconds
  }

  /** Runs work while nobody else writes. @throws MAESTRO_LANCE_BUSY */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => this.#locked(work))
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  /** Called when all work is done. */
  async idle(): Promise<void> {
    await this.#turn
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const { DatabaseSync } = await import('node:sqlite')
    mkdirSync(dirname(this.#path), { recursive: true })
    const file = new DatabaseSync(this.#path, { timeout: 0 })
    try {
      await this.#begin(file)
      return await work()
    } finally {
      // Closing ends the transaction, in which nothing was written.
      file.close()
    }
  }

  async #begin(file: DatabaseSync): Promise<void> {
    const deadline = performance.now() + this.#seconds * 1000
    for (;;) {
      try {
        file.exec('BEGIN IMMEDIATE')
        return
      } catch (error) {
        if (!isBusy(error)) throw error
        if (performance.now() > deadline)
          throw lanceError('MAESTRO_LANCE_BUSY', { path: dirname(this.#path), seconds: this.#seconds }, error)
        await sleep(pause)
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  return (error as { errcode?: unknown }).errcode === 5
}
