import type { Logger } from '../../contracts/logger.js'
import { AnswerFile } from './answer-file.js'
import { GroupCommit } from './group-commit.js'

interface SharedFile {
  readonly file: AnswerFile
  readonly commits: GroupCommit
  users: number
}

/**
 * The files of answers that this process uses, by state directory. All users of a file share its connection and
 * commits.
 */
const files = new Map<string, SharedFile>()

/** One user's share in a file of answers. */
export interface FileShare {
  readonly file: AnswerFile
  readonly commits: GroupCommit
  /** The file is closed when all of its users have released it. */
  release(): Promise<void>
}

/** Takes a share in the file of answers of a state directory. It opens nothing yet. */
export function openSharedFile(stateDirectory: string, logger: Logger): FileShare {
  const shared = files.get(stateDirectory) ?? newFile(stateDirectory, logger)
  shared.users++
  let held = true
  return {
    file: shared.file,
    commits: shared.commits,
    async release() {
      if (!held) return
      held = false
      shared.users--
      await shared.commits.finish()
      if (shared.users > 0 || files.get(stateDirectory) !== shared) return
      files.delete(stateDirectory)
      shared.file.close()
    },
  }
}

function newFile(stateDirectory: string, logger: Logger): SharedFile {
  const file = new AnswerFile(stateDirectory, logger)
  const made = { file, commits: new GroupCommit(file), users: 0 }
  files.set(stateDirectory, made)
  return made
}
