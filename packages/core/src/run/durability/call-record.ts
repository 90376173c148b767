import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CachedAnswer } from '../../contracts/response-cache.js'
import type { RecordedAnswer, RunAnswer, RunAnswers, Spent } from '../../serving/answers/run-answers.js'
import { addUsageTotals, type GrowingUsage, noUsage } from '../report/usage-totals.js'
import { stateErrors } from '../state/state-errors.js'
import { FrameLog } from './frame-log.js'
import { readFrameAt, readFrames } from './frames.js'
import { KeyIndex } from './key-index.js'

interface Head extends Partial<Spent> {
  readonly key: string
  /** The number of an answer that did not become the answer of its question; missing for the final one. */
  readonly turn?: number
}

const lineEnd = 0x0a
/** Places hold the number of a segment and an offset in it. */
const segmentStride = 2 ** 40

/**
 * The finished calls of a run, on the disk. Each process of the run appends to a segment of its own and reads those of
 * the processes before it, so that what was answered once is not asked again, whether the response cache is used or
 * not.
 *
 * A turn is an answer that did not become the final one: it failed its check and was sent back to the model, or it was
 * cut off. Turns are replayed only after a resume, so that the row takes the same way again without paying for it.
 */
export class CallRecord implements RunAnswers {
  readonly #folder: string
  readonly #owner: number
  readonly #assertOwned: () => void
  readonly #answers = new KeyIndex()
  readonly #turns = new KeyIndex()
  readonly #files: number[] = []
  readonly #spent = new Map<string, Spent & { readonly usage: GrowingUsage }>()
  #log: Promise<FrameLog> | undefined
  #ownFile: number | undefined

  private constructor(folder: string, owner: number, assertOwned: () => void) {
    this.#folder = folder
    this.#owner = owner
    this.#assertOwned = assertOwned
  }

  /**
   * Reads the segments of the earlier processes of a run.
   *
   * @param owner The number of this process's lease. Its segment is created with the first call.
   * @param assertOwned Throws if this process may no longer write.
   * @param settings.since The first lease whose answers are reused. What was spent before it counts, too.
   * @throws MAESTRO_RUN_STATE
   */
  static async open(
    folder: string,
    owner: number,
    assertOwned: () => void,
    { retryRejects = false, since = 0 }: { readonly retryRejects?: boolean; readonly since?: number | undefined } = {},
  ): Promise<CallRecord> {
    return stateErrors(folder, async () => {
      const record = new CallRecord(folder, owner, assertOwned)
      const segments = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{6}\.calls$/.test(name)) : []
      for (const name of segments.sort())
        record.#read(join(folder, name), retryRejects, Number.parseInt(name, 10) < since)
      return record
    })
  }

  /** What the earlier processes of the run have spent. */
  get spentBefore(): readonly Spent[] {
    return [...this.#spent.values()]
  }

  /** The number of answers that the run has. */
  get size(): number {
    return this.#answers.size
  }

  /** The answer to a question. It is undefined, without waiting, if the run has none. */
  get(key: string): RunAnswer | undefined {
    const place = this.#answers.get(key, 0)
    const recorded = place === undefined ? undefined : this.#answerAt(Math.abs(place), key)
    if (place === undefined || recorded === undefined) return undefined
    const resumed = place < 0
    // Later uses in this process are uses of a known answer, as they would be without an interruption.
    if (resumed) this.#answers.set(key, 0, -place)
    return { ...recorded, resumed }
  }

  /**
   * Notes that a committed row has used an answer of an earlier process: later uses are uses of a known answer.
   *
   * @param key At least the 12 digits by which answers are found.
   */
  settle(key: string): void {
    const place = this.#answers.get(key, 0)
    if (place !== undefined && place < 0) this.#answers.set(key, 0, -place)
  }

  /** The answer of an earlier process that did not become the final one. */
  turn(key: string, turn: number): RecordedAnswer | undefined {
    const place = this.#turns.get(key, turn)
    return place === undefined ? undefined : this.#answerAt(place, key)
  }

  /** Resolves when the answer is on the disk. @throws MAESTRO_RUN_STATE, MAESTRO_RUN_TAKEN_OVER */
  async set(key: string, answer: CachedAnswer, spent: Spent | undefined): Promise<void> {
    this.#answers.set(key, 0, await this.#append({ key, ...spent }, answer))
  }

  /** Records an answer that does not become the final one. @throws MAESTRO_RUN_STATE, MAESTRO_RUN_TAKEN_OVER */
  async setTurn(key: string, turn: number, answer: CachedAnswer, spent: Spent | undefined): Promise<void> {
    await this.#append({ key, turn, ...spent }, answer)
  }

  async dispose(): Promise<void> {
    for (const file of this.#files.splice(0)) closeSync(file)
    const log = this.#log
    this.#log = undefined
    this.#ownFile = undefined
    await (await log)?.close()
  }

  /** The place of the appended answer. Places begin at 1, because the sign of a place has a meaning. */
  async #append(head: Head, answer: CachedAnswer): Promise<number> {
    this.#log ??= FrameLog.create(
      join(this.#folder, `${String(this.#owner).padStart(6, '0')}.calls`),
      this.#assertOwned,
    )
    const log = await this.#log
    this.#ownFile = log.file
    return 1 + (await log.append(Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(answer)}`)))
  }

  #read(path: string, retryRejects: boolean, isOutdated: boolean): void {
    this.#files.push(openSync(path, 'r'))
    const segment = this.#files.length * segmentStride
    for (const { payload, offset } of readFrames(path)) {
      const { key, turn, ...spent } = JSON.parse(payload.toString('utf8', 0, payload.indexOf(lineEnd))) as Head
      if (isSpent(spent)) this.#addSpent(spent)
      if (isOutdated) continue
      if (turn === undefined) this.#answers.set(key, 0, -(segment + offset + 1))
      else if (!retryRejects) this.#turns.set(key, turn, segment + offset + 1)
    }
  }

  #addSpent({ usage, tries: _, ...place }: Spent): void {
    const key = JSON.stringify([place.step, place.serving, place.provider])
    const known = this.#spent.get(key) ?? { ...place, usage: noUsage() }
    this.#spent.set(key, known)
    addUsageTotals(known.usage, usage)
  }

  #answerAt(place: number, key: string): RecordedAnswer | undefined {
    const segment = Math.floor(place / segmentStride)
    const file = segment === 0 ? this.#ownFile : this.#files[segment - 1]
    const payload = file === undefined ? undefined : readFrameAt(file, (place % segmentStride) - 1)
    if (payload === undefined) return undefined
    const end = payload.indexOf(lineEnd)
    const { key: found, turn: _, ...spent } = JSON.parse(payload.toString('utf8', 0, end)) as Head
    if (found !== key) return undefined
    const answer = JSON.parse(payload.toString('utf8', end + 1)) as CachedAnswer
    return isSpent(spent) ? { answer, spent } : { answer }
  }
}

function isSpent(head: Partial<Spent>): head is Spent {
  return head.usage !== undefined
}
