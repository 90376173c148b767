import type { AnswerWrite } from './answer-database.js'
import type { AnswerFile } from './answer-file.js'

/** Answers of which it is noted when they were used last, before that alone is worth a commit. */
const manyUses = 1000

/** The keys that a commit evicted at once; undefined where nothing can be written. */
type Committed = ReadonlySet<string> | undefined

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
  #next: Promise<Committed> | undefined
  readonly #underWay = new Set<Promise<Committed>>()

  constructor(file: AnswerFile) {
    this.#file = file
  }

  /** Stores an answer. @returns what became of it; the log says why it cannot be written */
  async add(write: AnswerWrite, maxBytes: number): Promise<'stored' | 'evicted' | 'unwritable'> {
    this.#writes.push(write)
    this.#maxBytes = maxBytes
    const evicted = await this.#commitSoon()
    if (evicted === undefined) return 'unwritable'
    return evicted.has(write.key) ? 'evicted' : 'stored'
  }

  /** Records the generation that used an answer; this goes with the next commit. */
  use(key: string, generation: number): void {
    this.#used.set(key, generation)
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

  #commitSoon(): Promise<Committed> {
    if (this.#next !== undefined) return this.#next
    const commit = new Promise<Committed>((resolve, reject) => {
      setImmediate(() => this.#commit().then(resolve, reject))
    })
    const end = () => this.#underWay.delete(commit)
    commit.then(end, end)
    this.#underWay.add(commit)
    this.#next = commit
    return commit
  }

  async #commit(): Promise<Committed> {
    const writes = this.#writes
    const used = this.#used
    this.#writes = []
    this.#used = new Map()
    this.#next = undefined
    return await this.#file.use((database) => {
      // Where nothing can be written, uses need not be recorded.
      return writes.length > 0 || database.writable ? database.write(writes, used, this.#maxBytes) : new Set<string>()
    })
  }
}
