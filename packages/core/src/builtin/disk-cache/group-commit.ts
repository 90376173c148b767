import type { AnswerWrite } from './answer-database.js'
import type { AnswerFile } from './answer-file.js'

/** The number of recorded uses that justifies a commit of its own. */
const manyUses = 1000

/** The keys that a commit evicted at once; undefined if nothing can be written. */
type Committed = ReadonlySet<string> | undefined

/**
 * Groups writes: everything that arrives in one turn of the event loop becomes one transaction. A caller that stores an
 * answer continues when the operating system has it, so that the answer survives this process.
 */
export class GroupCommit {
  readonly #file: AnswerFile
  #writes: AnswerWrite[] = []
  #used = new Map<string, number>()
  #maxBytes = Number.POSITIVE_INFINITY
  /** The commit that collects new writes, and the commits in progress. */
  #next: Promise<Committed> | undefined
  readonly #underWay = new Set<Promise<Committed>>()

  constructor(file: AnswerFile) {
    this.#file = file
  }

  /** Stores an answer. @returns the outcome; if it cannot be written, the log says why */
  async add(write: AnswerWrite, maxBytes: number): Promise<'stored' | 'evicted' | 'unwritable'> {
    this.#writes.push(write)
    this.#maxBytes = maxBytes
    const evicted = await this.#commitSoon()
    if (evicted === undefined) return 'unwritable'
    return evicted.has(write.key) ? 'evicted' : 'stored'
  }

  /** Records the generation that used an answer, with the next commit. */
  use(key: string, generation: number): void {
    this.#used.set(key, generation)
    if (this.#used.size >= manyUses) this.#noteUses()
  }

  /** Writes everything that is waiting. */
  async finish(): Promise<void> {
    if (this.#used.size > 0) this.#noteUses()
    await Promise.allSettled(this.#underWay)
  }

  /** Nobody awaits this promise. Callers that stored answers in the same commit receive its outcome. */
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
      // If nothing can be written, uses need not be recorded.
      return writes.length > 0 || database.writable ? database.write(writes, used, this.#maxBytes) : new Set<string>()
    })
  }
}
