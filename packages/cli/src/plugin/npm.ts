import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** The result of a command of npm. */
export interface NpmResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs npm in a folder. */
export async function npm(directory: string, ...parameters: readonly string[]): Promise<NpmResult> {
  const child = spawn('npm', parameters, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  })
  try {
    const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)])
    return { code: code as number | null, stdout, stderr }
  } catch (error) {
    // There is no npm, or it may not be run.
    return { code: null, stdout: '', stderr: `npm error npm cannot be started: ${(error as Error).message}` }
  }
}
