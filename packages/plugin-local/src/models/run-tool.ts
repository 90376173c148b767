import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { localError } from '../errors.js'

const execute = promisify(execFile)

export interface ToolOptions {
  readonly signal?: AbortSignal | undefined
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Runs a package manager and waits for it.
 *
 * @throws MAESTRO_LOCAL_TOOL if it is missing or fails, with the end of its output
 */
export async function runTool(tool: string, args: readonly string[], { signal, env }: ToolOptions = {}): Promise<void> {
  // On Windows, npm and mvn are .cmd files, which only a shell can run.
  const shell = process.platform === 'win32'
  try {
    await execute(tool, args, {
      maxBuffer: 64 * 1024 * 1024,
      shell,
      ...(signal && { signal }),
      ...(env && { env: { ...process.env, ...env } }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw localError('MAESTRO_LOCAL_TOOL', { tool, reason: reasonOf(error) }, error)
  }
}

function reasonOf(error: unknown): string {
  const {
    code,
    stderr = '',
    stdout = '',
    message,
  } = error as Error & { code?: unknown; stderr?: string; stdout?: string }
  if (code === 'ENOENT') return 'it is not installed'
  const said = `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return said.length === 0 ? message : said.slice(-3).join(' / ')
}
