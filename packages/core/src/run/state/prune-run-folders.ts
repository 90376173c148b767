import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isAbandoned } from '../durability/lease.js'
import { removeLeftovers } from '../durability/remove-leftovers.js'
import { isDone } from '../durability/run-state.js'
import { removeRunFolder } from './remove-run-folder.js'
import { leaseFolder } from './run-folder.js'

/**
 * Removes the oldest runs so that `keep` remain, and what these no longer need. A run whose process was killed counts like one that has ended. It always
 * keeps the run that has just ended, even if the clock has changed, and never touches a run in progress, in this process
 * or another.
 */
export async function pruneRuns(stateDirectory: string, keep: number, current: string): Promise<void> {
  const folder = join(stateDirectory, 'runs')
  const others = (await readdir(folder))
    .filter((run) => run !== current)
    .sort()
    .map((run) => join(folder, run))
    .filter(isSettled)
  const old = others.slice(0, Math.max(0, others.length - (keep - 1)))
  for (const run of old) await removeRunFolder(stateDirectory, run)
  // A process may have ended after its run was done, and before it had removed what a run that is done no longer needs.
  for (const run of others.slice(old.length)) if (isDone(run)) await removeLeftovers(run)
}

/** Whether a run has ended or was abandoned. A folder without a lease may belong to a process that is about to take it. */
function isSettled(run: string): boolean {
  const lease = leaseFolder(run)
  return existsSync(lease) ? isAbandoned(lease) : existsSync(join(run, 'report.json'))
}
