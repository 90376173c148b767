import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import { maestroError } from '../../errors/error-table.js'
import { failpoint } from '../durability/failpoints.js'
import { openBehind } from '../durability/file-end.js'
import { syncName } from '../durability/sync-folder.js'
import { stateError, stateErrors } from '../state/state-errors.js'
import { untilStopped } from '../stream/until-stopped.js'
import { decodeStored, encodeStored, endLine, type StoredLine, storedLines } from './stored-lines.js'

/** The bytes of rows that are stored before the steps have taken them. */
const bytesAhead = 64 << 20
const flushBytes = 1 << 16
const readBytes = 1 << 20
const batchRows = 1024

export interface StoredRowsOptions {
  readonly path: string
  /** What is read once. */
  readonly rows: Iterable<unknown> | AsyncIterable<unknown>
  /** Whether rows are read before the steps need them. Otherwise, a limited run would read rows that it leaves out. */
  readonly readsAhead: boolean
  /** Whether an earlier process of the run may still run and have the file open. */
  readonly isShared: boolean
  readonly signal: AbortSignal
}

/**
 * The rows of a generator or a stream, which are on the disk before a step sees them. A resumed run gets those that were
 * stored from there. If the source had not come to its end, it is read again, from its beginning: as long as it gives the
 * same rows as before, they count as those that were stored, and from the first other one on, its rows replace them.
 */
export class StoredRows {
  readonly #options: StoredRowsOptions
  readonly #stop = new AbortController()
  #storing: Promise<void> | undefined
  #file: FileHandle | undefined
  #lines: string[] = []
  #length = 0
  #flushing: Promise<void> = Promise.resolve()
  /** The bytes that the source has given and that are in the file, and those that were taken from it. */
  #readable = 0
  #taken = 0
  /** The rows that the source has given again. */
  #again = 0
  #state: 'compares' | 'stores' | 'ended' = 'compares'
  #failure: { readonly error: unknown } | undefined
  /** What follows a row that cannot be stored, with that row. */
  #unstored: { readonly first: unknown; readonly others: AsyncGenerator<Boxed> } | undefined
  #isWaiting = false
  /** Fires when there may be more to read, and when the steps have taken rows or wait for some. */
  readonly #given = new Pulse()
  readonly #asked = new Pulse()

  constructor(options: StoredRowsOptions) {
    this.#options = options
  }

  /** Whether the source has given at least so many rows as it did in an earlier process. It reads only as far as it has to. */
  async givesAgain(rows: number): Promise<boolean> {
    this.#start()
    while (this.#again < rows && this.#state === 'compares' && this.#failure === undefined) await this.#given.next()
    return this.#again >= rows
  }

  /** The rows, from the first one on. @throws what the source throws, MAESTRO_RUN_STATE */
  async *read(): AsyncGenerator<readonly unknown[]> {
    this.#start()
    let rest: Buffer = Buffer.alloc(0)
    try {
      for (;;) {
        if (this.#taken < this.#readable) {
          const bytes = Buffer.concat([rest, await this.#part()])
          const end = bytes.lastIndexOf(10) + 1
          rest = Buffer.from(bytes.subarray(end))
          const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
          for (let at = 0; at < lines.length; at += batchRows) yield lines.slice(at, at + batchRows).map(decodeStored)
          continue
        }
        if (this.#lines.length > 0) {
          await this.#flush()
          continue
        }
        if (this.#unstored !== undefined) {
          yield [this.#unstored.first]
          for (;;) {
            const next = await this.#unstored.others.next()
            if (next.done === true) return
            yield [next.value.row]
          }
        }
        if (this.#failure !== undefined) throw this.#failure.error
        if (this.#state === 'ended') return
        this.#isWaiting = true
        this.#asked.fire()
        await this.#given.next()
        this.#isWaiting = false
      }
    } finally {
      await this.#stopStoring()
    }
  }

  /** Makes the rows durable that were given so far. @returns false if some could not be stored @throws MAESTRO_RUN_STATE */
  async sync(): Promise<boolean> {
    if (this.#unstored !== undefined) return false
    await this.#flush()
    const { path } = this.#options
    await stateErrors(path, async () => {
      if (this.#file !== undefined) return this.#file.datasync()
      // What the source has given again may be in the file of an earlier process that did not come to sync it.
      const file = await open(path, 'r+')
      await file.datasync().finally(() => file.close())
    })
    return true
  }

  #start(): void {
    this.#storing ??= this.#store().catch((error) => {
      this.#failure = { error }
      this.#given.fire()
    })
  }

  async #store(): Promise<void> {
    const { path, rows, signal } = this.#options
    if (await this.#isWhole()) return
    const known = storedLines(path)
    const stop = AbortSignal.any([signal, this.#stop.signal])
    stop.addEventListener('abort', () => this.#asked.fire(), { once: true })
    const given = untilStopped(boxed(rows), stop)
    for (;;) {
      await this.#whenWanted(stop)
      const { value, done } = await given.next()
      if (stop.aborted) break
      const line = done === true ? undefined : encodeStored(value.row)
      if (this.#state === 'compares') {
        const before = done === true ? undefined : await nextOf(known)
        if (before !== undefined && before.text === line) {
          this.#gaveAgain(before)
          continue
        }
        await known.return(undefined)
        await this.#openBehind()
      }
      if (done === true) {
        await this.#end()
        return
      }
      if (line === undefined) {
        await this.#flush()
        this.#unstored = { first: value.row, others: given }
        this.#given.fire()
        return
      }
      this.#lines.push(line)
      this.#length += line.length + 1
      if (this.#isWaiting || this.#length >= flushBytes) await this.#flush()
    }
    await given.return(undefined)
    await known.return(undefined)
    throw maestroError('MAESTRO_RUN_ABORTED', {}, stop.reason)
  }

  /** Whether an earlier process has stored all rows of the source. */
  async #isWhole(): Promise<boolean> {
    let rows = 0
    let end = 0
    for await (const line of storedLines(this.#options.path)) {
      if (line.text === endLine) {
        this.#again = rows
        this.#readable = end
        this.#state = 'ended'
        this.#given.fire()
        return true
      }
      rows++
      end = line.end
    }
    return false
  }

  #gaveAgain({ end }: StoredLine): void {
    this.#again++
    this.#readable = end
    this.#given.fire()
  }

  /** Removes what the source has not given again. */
  async #openBehind(): Promise<void> {
    const { path, isShared } = this.#options
    this.#file = await stateErrors(path, async () => {
      const isThere = existsSync(path)
      if (!isThere) await mkdir(dirname(path), { recursive: true, mode: ownFolder })
      const file = isThere ? await openBehind(path, this.#readable, isShared) : await open(path, 'a', ownFile)
      if (!isThere) await syncName(path)
      return file
    })
    this.#state = 'stores'
    this.#given.fire()
  }

  /** Notes that the source has no more rows. */
  async #end(): Promise<void> {
    await this.#flush()
    await stateErrors(this.#options.path, async () => {
      await this.#file?.appendFile(`${endLine}\n`)
      await this.#file?.datasync()
    })
    failpoint('source-stored')
    this.#state = 'ended'
    this.#given.fire()
  }

  /** Waits while enough rows are stored that the steps have not taken. */
  async #whenWanted(stop: AbortSignal): Promise<void> {
    const isEnough = () =>
      this.#options.readsAhead
        ? this.#readable - this.#taken > bytesAhead
        : !this.#isWaiting || this.#taken < this.#readable
    while (this.#state === 'stores' && isEnough() && !stop.aborted) await this.#asked.next()
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      if (this.#lines.length === 0) return
      const bytes = Buffer.from(`${this.#lines.join('\n')}\n`)
      this.#lines = []
      this.#length = 0
      await stateErrors(this.#options.path, async () => {
        await this.#file?.appendFile(bytes)
      })
      this.#readable += bytes.length
      this.#given.fire()
    })
    return this.#flushing
  }

  /** The next part of what can be read. The file may have got another one's place since the last part. */
  async #part(): Promise<Buffer> {
    const { path } = this.#options
    return stateErrors(path, async () => {
      const file = await open(path, 'r')
      try {
        const wanted = Math.min(readBytes, this.#readable - this.#taken)
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#taken)
        if (bytesRead === 0) throw stateError(path, 'it was cut off while it was read')
        this.#taken += bytesRead
        this.#asked.fire()
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    })
  }

  /** Stops reading the source. Call it when the run ends. */
  async dispose(): Promise<void> {
    await this.#stopStoring()
    await this.#file?.close().catch(() => undefined)
  }

  async #stopStoring(): Promise<void> {
    this.#stop.abort()
    await this.#storing
    await this.#unstored?.others.return(undefined)
  }
}

/** Something that happens now and then. */
class Pulse {
  #waiting: (() => void)[] = []

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  fire(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** A row of the source. An async generator would await a row that is a promise, which is a fault of the source. */
interface Boxed {
  readonly row: unknown
}

async function* boxed(rows: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Boxed> {
  if (Symbol.asyncIterator in rows) for await (const row of rows) yield { row }
  else for (const row of rows) yield { row }
}

async function nextOf(lines: AsyncGenerator<StoredLine>): Promise<StoredLine | undefined> {
  const next = await lines.next()
  return next.done === true ? undefined : next.value
}
