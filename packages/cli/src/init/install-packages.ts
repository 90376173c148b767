import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cliError } from '../errors.js'

/** Runs `npm install` in a folder. Its output goes to standard error. @throws MAESTRO_CLI_INSTALL */
export async function installPackages(directory: string): Promise<void> {
  const npm = spawn('npm', ['install'], {
    cwd: directory,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  })
  const [code] = await once(npm, 'close').catch((error) => {
    throw cliError('MAESTRO_CLI_INSTALL', { directory, reason: (error as Error).message }, error)
  })
  if (code !== 0) throw cliError('MAESTRO_CLI_INSTALL', { directory, reason: `npm ended with the exit code ${code}` })
}
