import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFile } from '../../builtin/state-directory.js'
import { type ProcessIdentity, stateOf, thisProcess } from '../durability/process-identity.js'

const ownerFile = 'owner.json'

/** Notes in the folder of a run that this process works on it. */
export function writeOwner(folder: string): void {
  writeFileSync(join(folder, ownerFile), JSON.stringify(thisProcess()), { mode: ownFile })
}

/** Removes the note when the run has ended. */
export async function removeOwner(folder: string): Promise<void> {
  await rm(join(folder, ownerFile), { force: true })
}

/**
 * Whether a run was left behind: it has not ended, and every process that worked on it is gone. A process that cannot be
 * seen from here, for example on another machine, may still work.
 */
export function isAbandoned(folder: string): boolean {
  if (existsSync(join(folder, 'report.json'))) return false
  const owners = [join(folder, ownerFile), ...leasesOf(folder)].map(readIdentity)
  return owners.every((owner) => owner !== undefined && (owner.released === true || stateOf(owner) === 'dead'))
}

/** A run that another process has resumed has a lease for each process. */
function leasesOf(folder: string): readonly string[] {
  const leases = join(folder, 'lease')
  return existsSync(leases)
    ? readdirSync(leases)
        .filter((name) => /^\d+$/.test(name))
        .map((name) => join(leases, name))
    : []
}

function readIdentity(path: string): (ProcessIdentity & { readonly released?: boolean }) | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
