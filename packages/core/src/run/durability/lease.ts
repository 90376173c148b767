import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { link, mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import { maestroError } from '../../errors/error-table.js'
import { stateErrors } from '../state/state-errors.js'
import { failpoint } from './failpoints.js'
import { type ProcessIdentity, stateOf, thisProcess } from './process-identity.js'
import { syncFolder } from './sync-folder.js'

/** How often the holder shows that it runs, in milliseconds. */
const beatEvery = 2000
/** How long a beat must not change before its holder counts as dead, in milliseconds. */
const patience = 10_000
const numberName = /^\d{6}$/

/** The process that holds a lease. */
export interface Holder extends ProcessIdentity {
  /** ISO 8601. */
  readonly since: string
  /** Set when the holder has given the lease back. */
  readonly released?: boolean
}

export interface LeaseSettings {
  /** What is held, for messages: the id of a run. */
  readonly what: string
  /** Waits for the next beat of a holder that this process cannot see. @default 10 s */
  readonly nextBeat?: () => Promise<unknown>
  readonly signal?: AbortSignal | undefined
}

/**
 * The right of one process to write a run folder. Each lease has a number, which only grows: a process that takes over
 * creates the next number, and the earlier holder finds that its own number is no longer the highest.
 *
 * The number is a file that is created complete, by a link, so that exactly one process gets it. The holder counts as
 * dead when its process is gone. A holder that this process cannot see, on another machine or in another container,
 * counts as dead when its beat has not changed for a while by this machine's own clock.
 */
export class Lease {
  readonly number: number
  /** Whether the holder before may still run: this process cannot see it. */
  readonly mayBeShared: boolean
  readonly #folder: string
  readonly #what: string
  readonly #beating: NodeJS.Timeout

  private constructor(folder: string, number: number, what: string, mayBeShared: boolean) {
    this.#folder = folder
    this.number = number
    this.mayBeShared = mayBeShared
    this.#what = what
    let beat = 0
    this.#beating = setInterval(() => {
      if (this.isHeld) writeFile(beatPath(folder, number), String(++beat)).catch(() => undefined)
    }, beatEvery).unref()
  }

  /** @throws MAESTRO_RUN_HELD if another process holds the lease, MAESTRO_RUN_STATE */
  static async take(folder: string, settings: LeaseSettings): Promise<Lease> {
    return stateErrors(folder, async () => {
      await mkdir(folder, { recursive: true, mode: ownFolder })
      return Lease.#takeNext(folder, settings)
    })
  }

  /**
   * Takes the lease of a folder that exists, without creating it anew: another process may remove it at any moment.
   *
   * @returns undefined if there is no folder @throws MAESTRO_RUN_HELD, MAESTRO_RUN_STATE
   */
  static async takeExisting(folder: string, settings: LeaseSettings): Promise<Lease | undefined> {
    return stateErrors(folder, async () => {
      try {
        return await Lease.#takeNext(folder, settings)
      } catch (error) {
        if (existsSync(folder)) throw error
        return undefined
      }
    })
  }

  static async #takeNext(folder: string, settings: LeaseSettings): Promise<Lease> {
    for (;;) {
      const highest = await highestNumber(folder)
      const holder = readHolder(folder, highest)
      // Another process has just removed the folder, or taken a higher number.
      if (highest > 0 && holder === undefined && !existsSync(numberPath(folder, highest))) continue
      if (highest > 0 && (await isAlive(folder, highest, holder, settings))) throw heldBy(holder, settings.what)
      const isUnseen = holder === undefined || (holder.released !== true && stateOf(holder) === 'unknown')
      if (await linkNumber(folder, highest + 1))
        return new Lease(folder, highest + 1, settings.what, highest > 0 && isUnseen)
    }
  }

  /** Whether no other process has taken over. */
  get isHeld(): boolean {
    return !existsSync(numberPath(this.#folder, this.number + 1))
  }

  /** @throws MAESTRO_RUN_TAKEN_OVER if another process has taken over: this one must not write any more */
  readonly assertHeld = (): void => {
    if (!this.isHeld) throw maestroError('MAESTRO_RUN_TAKEN_OVER', { run: this.#what })
  }

  /** Gives the lease back, so that the next process need not ask whether this one runs. */
  async release(): Promise<void> {
    clearInterval(this.#beating)
    if (!this.isHeld) return
    const path = numberPath(this.#folder, this.number)
    const temporary = `${path}.released`
    await writeFile(temporary, JSON.stringify({ ...newHolder(), released: true }), { mode: ownFile })
    await rename(temporary, path)
    await unlink(beatPath(this.#folder, this.number)).catch(() => undefined)
  }
}

/** The process that holds a lease, if its process runs or may run. */
export async function holderOf(folder: string): Promise<Holder | undefined> {
  const highest = await highestNumber(folder).catch(() => 0)
  if (highest === 0) return undefined
  const holder = readHolder(folder, highest)
  return holder === undefined || holder.released === true || stateOf(holder) === 'dead' ? undefined : holder
}

/**
 * The process that holds a lease. For a holder that this process cannot see, it waits until it knows whether the beat
 * changes.
 */
export async function livingHolder(folder: string, settings: LeaseSettings): Promise<Holder | undefined> {
  const highest = await highestNumber(folder).catch(() => 0)
  if (highest === 0) return undefined
  const holder = readHolder(folder, highest)
  if (holder === undefined && !existsSync(numberPath(folder, highest))) return undefined
  return (await isAlive(folder, highest, holder, settings)) ? (holder ?? newHolder()) : undefined
}

/** The names of the leases in a folder. Another process may remove it at any moment. */
function numbersIn(leaseFolder: string): readonly string[] {
  try {
    return readdirSync(leaseFolder).filter((name) => numberName.test(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/**
 * Whether nobody works in a folder any more: every process that had its lease has given it back or is gone. A process
 * that cannot be seen from here, for example on another machine, may still work, and so may one that has just created
 * the folder and has no lease yet.
 */
export function isAbandoned(leaseFolder: string): boolean {
  const holders = numbersIn(leaseFolder).map((name) => parseHolder(() => readFileSync(join(leaseFolder, name), 'utf8')))
  return (
    holders.length > 0 &&
    holders.every((holder) => holder !== undefined && (holder.released === true || stateOf(holder) === 'dead'))
  )
}

async function isAlive(
  folder: string,
  number: number,
  holder: Holder | undefined,
  settings: LeaseSettings,
): Promise<boolean> {
  if (holder?.released === true) return false
  const state = holder === undefined ? 'unknown' : stateOf(holder)
  if (state !== 'unknown') return state === 'alive'
  const read = () => readFile(beatPath(folder, number), 'utf8').catch(() => '')
  const before = await read()
  await (settings.nextBeat?.() ?? sleep(patience, undefined, settings.signal && { signal: settings.signal }))
  return (await read()) !== before
}

/** Creates the file of a number with its whole content. @returns false if another process was faster */
async function linkNumber(folder: string, number: number): Promise<boolean> {
  const temporary = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)
  await writeFile(temporary, JSON.stringify(newHolder()), { mode: ownFile, flush: true })
  try {
    await link(temporary, numberPath(folder, number))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  await syncFolder(folder)
  failpoint('lease-linked')
  return true
}

const newHolder = (): Holder => ({ ...thisProcess(), since: new Date().toISOString() })

async function highestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).filter((name) => numberName.test(name)).map(Number)
  return Math.max(0, ...numbers)
}

/** The content of a number; undefined if it cannot be read. Only its beat then says whether the holder runs. */
function readHolder(folder: string, number: number): Holder | undefined {
  return parseHolder(() => readFileSync(numberPath(folder, number), 'utf8'))
}

function parseHolder(read: () => string): Holder | undefined {
  try {
    return JSON.parse(read()) as Holder
  } catch {
    return undefined
  }
}

const numberPath = (folder: string, number: number): string => join(folder, String(number).padStart(6, '0'))
const beatPath = (folder: string, number: number): string => `${numberPath(folder, number)}.beat`

function heldBy(holder: Holder | undefined, run: string) {
  const { host, pid, since } = holder ?? {}
  return maestroError('MAESTRO_RUN_HELD', { run, host, pid, since })
}
