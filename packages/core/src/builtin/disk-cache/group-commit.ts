import type { AnswerWrite } from './answer-database.js'
import type { AnswerFile } from './answer-file.js'

/** Answers of which it is noted when they were used last, before that alone is worth a commit. */
const manyUses = 1000

/**
 * Gathers what is to be written: all that comes in one turn of the event loop is one transaction. Who waits for an
 * answer to be kept goes on when that is on its way to the disk, whatever becomes of this process.
 */
export class GroupCommit {
  readonly #file: AnswerFile
  #writes: AnswerWrite[] = []
  #used = new Map<string, number>()
  #maxBytes = Number.POSITIVE_INFINITY
  /** The commit that takes what comes now, and those that are under way. */
  #next: Promise<boolean> | undefined
  readonly #underWay = new Set<Promise<boolean>>()

  constructor(file: AnswerFile) {
    this.#file = file
  }

  /** Keeps an answer. @returns whether it is committed; the log says why it cannot be */
  add(write: AnswerWrite, maxBytes: number): Promise<boolean> {
    this.#writes.push(write)
    this.#maxBytes = maxBytes
    return this.#commitSoon()
  }

  /** Notes that an answer was used; this goes with the next commit. */
  use(key: string, time: number): void {
    this.#used.set(key, time)
    if (this.#used.size >= manyUses) this.#noteUses()
  }

  /** Writes all that there is. */
  async finish(): Promise<void> {
    if (this.#used.size > 0) this.#noteUses()
    await Promise.allSettled(this.#underWay)
  }

  /** Nobody waits for this; those who keep answers in the same commit hear what becomes of it. */
  #noteUses(): void {
    this.#commitSoon().catch(() => undefined)
  }

  #commitSoon(): Promise<boolean> {
    if (this.#next !== undefined) return this.#next
    const commit = new Promise<boolean>((resolve, reject) => {
      setImmediate(() => this.#commit().then(resolve, reject))
    })
    const end = () => this.#underWay.delete(commit)
    commit.then(end, end)
    this.#underWay.add(commit)
    this.#next = commit
    return commit
  }

  async #commit(): Promise<boolean> {
    const writes = this.#writes
    const used = this.#used
    this.#writes = []
    this.#used = new Map()
    this.#next = undefined
    const done = await this.#file.use((database) => {
      // Where nothing can be written, uses need not be noted.
      if (writes.length > 0 || database.writable) database.write(writes, used, this.#maxBytes)
      return true
    })
    return done ?? false
  }
}
