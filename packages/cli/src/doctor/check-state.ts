import { execFile } from 'node:child_process'
import { constants, existsSync, statSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ResolvedConfig } from '@maestro-dataflow/core/runtime'
import type { Check } from './check.js'

const run = promisify(execFile)

/** Checks whether runs can be stored, and whether they are kept out of the repository, because they hold row data. */
export async function checkState({ stateDirectory, directory }: ResolvedConfig): Promise<readonly Check[]> {
  const writable = await checkWritable(stateDirectory)
  return writable.status === 'fail' ? [writable] : [writable, ...(await checkIgnored(stateDirectory, directory))]
}

async function checkWritable(stateDirectory: string): Promise<Check> {
  const name = 'state'
  const hint = 'Give yourself the right to write there, or set `stateDirectory` to another folder.'
  const place = nearest(stateDirectory)
  if (!statSync(place).isDirectory()) return { name, status: 'fail', message: `${place} is not a folder`, hint }
  try {
    await access(place, constants.W_OK | constants.X_OK)
    return { name, status: 'ok', message: `runs are kept in ${stateDirectory}` }
  } catch {
    return { name, status: 'fail', message: `${place} cannot be written to`, hint }
  }
}

/** The folder itself, or its nearest parent that exists. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path))
}

async function checkIgnored(stateDirectory: string, directory: string): Promise<readonly Check[]> {
  const name = 'git'
  const git = (...parameters: string[]) =>
    run('git', parameters, { cwd: directory }).then(({ stdout }) => stdout.trim())
  try {
    await git('rev-parse', '--is-inside-work-tree')
  } catch {
    // Without git or a repository, nothing can be committed.
    return []
  }
  const tracked = await git('ls-files', '--', stateDirectory).catch(() => '')
  if (tracked !== '') {
    const hint = `It holds row data. Take it out: git rm -r --cached ${stateDirectory}`
    return [{ name, status: 'fail', message: `files of ${stateDirectory} are committed`, hint }]
  }
  // The first run creates a new folder with its own .gitignore.
  const ignored =
    !existsSync(stateDirectory) ||
    (await git('check-ignore', '--quiet', join(stateDirectory, 'runs')).then(
      () => true,
      () => false,
    ))
  if (ignored) return [{ name, status: 'ok', message: `${stateDirectory} is not committed` }]
  const hint = 'It holds row data. Add it to .gitignore.'
  return [{ name, status: 'warn', message: `${stateDirectory} is not ignored by git`, hint }]
}
