import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { maestroError } from '../errors/error-table.js'

/** Whose file may run as this user. */
interface Owners {
  readonly user: number
  /** The owner of the folder in which the search began, or of the project. */
  readonly folder: number
}

/**
 * Why a config that was found in a folder above must not run: another user could have put it there. The configs of the
 * user, of the owner of the working directory, and of the administrator are trusted.
 *
 * @param from The folder in which the search began.
 * @returns undefined for a config that is trusted
 */
export function distrust(path: string, from: string): string | undefined {
  const user = process.getuid?.()
  if (user === undefined || dirname(path) === from) return undefined
  return distrustOf(path, { user, folder: statSync(from).uid })
}

/**
 * Checks a plugin or a pipeline that a config names by its path: nobody may be able to write it who cannot write the
 * project. A project that everybody may write, such as one on a drive without modes, was trusted by working there.
 *
 * @param directory The folder of the project.
 * @throws MAESTRO_CONFIG_FILE_UNTRUSTED
 */
export function assertTrustedFile(path: string, directory: string): void {
  const user = process.getuid?.()
  const project = statSync(directory, { throwIfNoEntry: false })
  if (user === undefined || project === undefined) return
  const owners = { user, folder: project.uid }
  const reason = distrustOf(path, owners)
  if (reason === undefined || distrustOfOne(directory, owners) !== undefined) return
  throw maestroError('MAESTRO_CONFIG_FILE_UNTRUSTED', { path, reason })
}

/** A link can be replaced in its own folder, and what it leads to in another one. */
function distrustOf(path: string, owners: Owners): string | undefined {
  const real = realpathSync(path)
  const places = new Set([real, dirname(path), dirname(real)])
  for (const place of places) {
    const reason = distrustOfOne(place, owners)
    if (reason !== undefined) return reason
  }
  return undefined
}

function distrustOfOne(path: string, { user, folder }: Owners): string | undefined {
  const { uid, mode } = statSync(path)
  if (uid !== 0 && uid !== user && uid !== folder) return `${path} belongs to another user`
  // In a folder with the sticky bit, such as /tmp, files can only be replaced by their owners.
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) return `everybody may write to ${path}`
  return undefined
}
