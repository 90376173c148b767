import { readdirSync, readFileSync } from 'node:fs'
import { link, mkdir, rmdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFile, ownFolder } from '../../builtin/state-directory.js'
import { maestroError } from '../../errors/error-table.js'
import { leaseFolder, type RunFolder } from '../state/run-folder.js'
import { stateErrors } from '../state/state-errors.js'
import { livingHolder } from './lease.js'
import { hashOf } from './stage-fingerprint.js'

/** What a sink replaces or creates, and what to call it. */
export interface OutputTarget {
  readonly use: string
  readonly target: string
}

/** The content of a claim. */
interface Claim {
  readonly run: string
}

/**
 * The outputs that a run is about to write, so that no second run of the project writes them at the same time. A claim
 * is valid as long as a process works on its run; nothing has to be cleaned up after a crash.
 *
 * Claims of one output have growing numbers, like leases. A claim is created complete, by a link, and counts only if no
 * higher one exists.
 */
export class OutputClaims {
  readonly #folder: string
  readonly #run: RunFolder
  readonly #signal: AbortSignal | undefined
  readonly #claimed: { readonly folder: string; readonly number: number }[] = []

  constructor(stateDirectory: string, run: RunFolder, signal?: AbortSignal) {
    this.#folder = join(stateDirectory, 'outputs')
    this.#run = run
    this.#signal = signal
  }

  /** Claims outputs; none of them if one is in use. @throws MAESTRO_RUN_OUTPUT_IN_USE, MAESTRO_RUN_STATE */
  async claim(targets: readonly OutputTarget[]): Promise<void> {
    try {
      for (const target of targets) await stateErrors(this.#folder, () => this.#claimOne(target))
    } catch (error) {
      await this.release()
      throw error
    }
  }

  async release(): Promise<void> {
    for (const { folder, number } of this.#claimed.splice(0)) {
      await unlink(pathOf(folder, number)).catch(() => undefined)
      await rmdir(folder).catch(() => undefined)
    }
  }

  async #claimOne({ use, target }: OutputTarget): Promise<void> {
    const folder = join(this.#folder, hashOf([use, target]))
    for (;;) {
      const highest = highestOf(folder)
      const claim = readClaim(folder, highest)
      if (claim !== undefined && claim.run !== this.#run.runId) await this.#assertOver(claim, target)
      if (!(await this.#link(folder, highest + 1))) continue
      this.#claimed.push({ folder, number: highest + 1 })
      await removeBelow(folder, highest + 1)
      return
    }
  }

  /** @throws MAESTRO_RUN_OUTPUT_IN_USE if a process works on the run of a claim */
  async #assertOver({ run }: Claim, output: string): Promise<void> {
    const other = join(this.#run.path, '..', run)
    const holder = await livingHolder(leaseFolder(other), { what: run, signal: this.#signal })
    if (holder === undefined) return
    throw maestroError('MAESTRO_RUN_OUTPUT_IN_USE', { output, run, pid: holder.pid, host: holder.host })
  }

  /** Creates a claim. @returns false if another process was faster */
  async #link(folder: string, number: number): Promise<boolean> {
    await mkdir(folder, { recursive: true, mode: ownFolder })
    const claim: Claim = { run: this.#run.runId }
    const temporary = join(this.#folder, `${this.#run.runId}.tmp`)
    await writeFile(temporary, JSON.stringify(claim), { mode: ownFile })
    const path = pathOf(folder, number)
    try {
      await link(temporary, path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // The folder is gone if another run has just released its claim.
      if (code === 'EEXIST' || code === 'ENOENT') return false
      throw error
    } finally {
      await unlink(temporary).catch(() => undefined)
    }
    // A process that was slow may have taken a number that was free again.
    if (highestOf(folder) === number) return true
    await unlink(path).catch(() => undefined)
    return false
  }
}

/** Removes the claims of runs that have ended without giving them back. */
async function removeBelow(folder: string, number: number): Promise<void> {
  for (const name of readdirSync(folder))
    if (Number(name) < number) await unlink(join(folder, name)).catch(() => undefined)
}

const pathOf = (folder: string, number: number): string => join(folder, String(number).padStart(6, '0'))

function highestOf(folder: string): number {
  try {
    return Math.max(0, ...readdirSync(folder).map(Number))
  } catch {
    return 0
  }
}

/** The claim of a number; undefined if there is none. A claim that cannot be read is not one: it was created complete. */
function readClaim(folder: string, number: number): Claim | undefined {
  try {
    const claim = JSON.parse(readFileSync(pathOf(folder, number), 'utf8')) as Claim | null
    return typeof claim?.run === 'string' ? claim : undefined
  } catch {
    return undefined
  }
}
