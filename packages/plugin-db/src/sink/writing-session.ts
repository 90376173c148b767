import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { reasonOf } from '../connection/failure.js'
import { openSession } from '../connection/open-session.js'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'

/** A connection on which a sink writes, and its transaction. */
export interface WritingSession {
  readonly session: DatabaseSession
  /** What the sinks have in common that share this transaction; undefined for a transaction of its own. */
  readonly sharedAs?: string
  /** Whether another sink has begun the transaction that it shares with this one. */
  readonly hasBegun: boolean
  begin(): Promise<void>
  /** Runs work while no other sink on the same connection does. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
  commit(): Promise<void>
  /** Commits what was written so far, for a sink that does not share the transaction, and begins another one. */
  commitPart(): Promise<void>
  /** Rolls back what was written. */
  rollback(): Promise<void>
  release(): Promise<void>
}

/**
 * Opens the session of a sink. If only one connection can write at a time, the sinks of one run that write to the same
 * file share a transaction, which ends with the last of them.
 *
 * @throws MAESTRO_DB_UNREACHABLE if the folder of a SQLite file cannot be created, and what `openSession` throws
 * @param run What the sinks of one run share.
 * @param isAlone Whether the sink needs a transaction of its own. @throws MAESTRO_DB_PARTITIONS_SHARED
 */
export async function openWriting(
  settings: ConnectionSettings,
  run: string,
  signal: AbortSignal | undefined,
  isAlone = false,
): Promise<WritingSession> {
  if (settings.path !== undefined) await makeFolder(settings, settings.path)
  if (!settings.dialect.transactions.oneWriter) return ownWriting(await openSession(settings, signal))
  const key = `${run}\n${settings.path}`
  const shared = sharedWritings.get(key) ?? new SharedWriting(settings, key, () => sharedWritings.delete(key))
  sharedWritings.set(key, shared)
  return shared.join(signal, isAlone)
}

function ownWriting(session: DatabaseSession): WritingSession {
  return {
    session,
    hasBegun: false,
    begin: () => session.begin(),
    alone: (work) => work(),
    commit: () => session.commit(),
    commitPart: () => renew(session),
    rollback: () => session.rollback(),
    release: () => session.release(),
  }
}

async function renew(session: DatabaseSession): Promise<void> {
  await session.commit()
  await session.begin()
}

const sharedWritings = new Map<string, SharedWriting>()

class SharedWriting {
  readonly #settings: ConnectionSettings
  readonly #key: string
  readonly #forget: () => void
  #opened: Promise<DatabaseSession> | undefined
  #begun: Promise<void> | undefined
  #working: Promise<unknown> = Promise.resolve()
  #users = 0
  /** The sinks that have not committed yet. */
  #undecided = 0
  #failed = false
  #isAlone = false
  /** Whether the file holds rows that were committed before the end. */
  #holdsPart = false

  constructor(settings: ConnectionSettings, key: string, forget: () => void) {
    this.#settings = settings
    this.#key = key
    this.#forget = forget
  }

  async join(signal: AbortSignal | undefined, isAlone: boolean): Promise<WritingSession> {
    if (this.#isAlone || (isAlone && this.#users > 0))
      throw dbError('MAESTRO_DB_PARTITIONS_SHARED', { database: this.#settings.shown })
    this.#isAlone = isAlone
    this.#users++
    this.#undecided++
    this.#opened ??= openSession(this.#settings, signal)
    let session: DatabaseSession
    try {
      session = await this.#opened
    } catch (error) {
      this.#forget()
      throw error
    }
    const isBegun = () => this.#begun !== undefined
    return {
      session,
      sharedAs: this.#key,
      get hasBegun() {
        return isBegun()
      },
      begin: () => {
        this.#begun ??= session.begin()
        return this.#begun
      },
      alone: (work) => {
        const done = this.#working.then(() => {
          this.#assertWhole()
          return work()
        })
        this.#working = done.catch(() => undefined)
        return done
      },
      commit: async () => {
        this.#assertWhole()
        this.#undecided--
        if (this.#undecided === 0) await session.commit()
      },
      commitPart: async () => {
        this.#assertWhole()
        await renew(session)
        this.#holdsPart = true
      },
      rollback: async () => {
        this.#failed = true
        await this.#working
        await session.rollback()
      },
      release: async () => {
        this.#users--
        if (this.#users > 0) return
        this.#forget()
        await session.release()
        if (this.#failed && !this.#holdsPart && !this.#settings.exists) await removeFile(this.#settings)
      },
    }
  }

  /** A rollback of one output affects all of them, and nothing may be written outside a transaction. */
  #assertWhole(): void {
    if (!this.#failed) return
    const reason = 'another output of the run to the same file has failed'
    throw dbError('MAESTRO_DB_FAILED', { database: this.#settings.shown, reason })
  }
}

/** A file that did not exist before, with its companion files. */
async function removeFile({ path, dialect }: ConnectionSettings): Promise<void> {
  for (const end of ['', ...dialect.fileEndings]) await rm(`${path}${end}`, { force: true })
}

async function makeFolder(settings: ConnectionSettings, path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
  } catch (error) {
    throw dbError('MAESTRO_DB_UNREACHABLE', { database: settings.shown, reason: reasonOf(error, settings) })
  }
}
