import { appendFileSync, existsSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

/** The list in a run folder of the hidden files that the run writes beside its outputs. */
export const temporaryFilesList = 'temporary-files.jsonl'

const hiddenName = /^\.maestro-[0-9a-f]{16}\.tmp$/

/** Whether a file has the name of a hidden file. A list that somebody else wrote must not name any other file. */
export const isTemporaryFile = (path: string): boolean => hiddenName.test(basename(path))

/** The name of a hidden file. @param id 16 hexadecimal digits. */
export const temporaryFileName = (id: string): string => `.maestro-${id}.tmp`

/**
 * Notes a hidden file that a sink is about to create beside its output. If the process is killed, a later run of the
 * project or `maestro prune` removes the file.
 *
 * @param runDirectory The folder of the run, from the sink's context.
 * @param path An absolute path with a name of `temporaryFileName`.
 */
export function noteTemporaryFile(runDirectory: string, path: string): void {
  // A sink that is used alone has no run folder. The path leads on from it, so that a project may be moved or copied.
  if (existsSync(runDirectory))
    appendFileSync(join(runDirectory, temporaryFilesList), `${JSON.stringify(relative(runDirectory, path))}\n`, {
      mode: 0o600,
    })
}
