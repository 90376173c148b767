import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const packageFolder = join(import.meta.dirname, '../..')
const bin = join(packageFolder, 'bin/maestro.js')

/** The result of a finished process. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running process: its output so far, and its end. */
export interface Running {
  readonly process: ChildProcess
  readonly finished: Promise<Finished>
  /** Waits until the process has written something to either output. */
  wrote(text: string): Promise<void>
}

/** A folder with a project, in which tests run the real command. */
export class TemporaryProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'maestro-cli-'))

  /** @param files The contents of the files by path. Objects are written as JSON. */
  constructor(files: Readonly<Record<string, string | object>> = {}) {
    // Packages are found in node_modules, as in any project.
    symlinkSync(join(packageFolder, '../../node_modules'), join(this.folder, 'node_modules'), 'junction')
    for (const [path, content] of Object.entries(files)) this.write(path, content)
  }

  write(path: string, content: string | object): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  rows(path: string): readonly Record<string, unknown>[] {
    return this.read(path)
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  /** Runs `maestro` to its end. */
  maestro(...parameters: readonly string[]): Promise<Finished> {
    return this.start(parameters).finished
  }

  /** Starts `maestro`, without colors unless the environment asks for them. */
  start(
    parameters: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
  ): Running {
    return follow(
      spawn(process.execPath, [bin, ...parameters], {
        cwd: join(this.folder, options.cwd ?? '.'),
        env: environment(options.env),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
  }

  /** Runs `maestro` in a terminal, with the program `script` of util-linux. */
  onTerminal(parameters: readonly string[], columns = 90, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const command = [process.execPath, bin, ...parameters].map((word) => `'${word}'`).join(' ')
    return follow(
      spawn('script', ['-qec', `stty cols ${columns} rows ${columns === 0 ? 0 : 24}; ${command}`, '/dev/null'], {
        cwd: this.folder,
        env: environment({ TERM: 'xterm-256color', ...env }),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    ).finished
  }

  remove(): void {
    // A process that was told to stop may still write its last file.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

/** The environment of a user's shell, without the color settings of the test runner. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, CI: _ci, ...inherited } = process.env
  return { ...inherited, ...more }
}

function follow(child: ChildProcess): Running {
  let stdout = ''
  let stderr = ''
  const listeners = new Set<() => void>()
  const told = () => {
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    told()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    told()
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  const wrote = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if ((stdout + stderr).includes(text)) resolve()
      }
      listeners.add(look)
      look()
      finished.then(() => reject(new Error(`it ended without writing "${text}":\n${stdout}${stderr}`)), reject)
    })
  return { process: child, finished, wrote }
}
