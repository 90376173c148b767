import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whose file may run as this user. */
interface Owners {
  readonly user: number
  /** The owner of the folder in which the search began. */
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
  const owners: Owners = { user, folder: statSync(from).uid }
  return distrustOf(path, owners) ?? distrustOf(dirname(path), owners)
}

function distrustOf(path: string, { user, folder }: Owners): string | undefined {
  const { uid, mode } = statSync(path)
  if (uid !== 0 && uid !== user && uid !== folder) return `${path} belongs to another user`
  // In a folder with the sticky bit, such as /tmp, files can only be replaced by their owners.
  if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) return `everybody may write to ${path}`
  return undefined
}
