import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The outcome of a line of a shell. */
export interface Said {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

/** Somebody who works in a folder beside which the packages are installed. */
export class FirstUser {
  readonly home: string
  /** The installed command. */
  readonly bin: string

  /** @param installed The folder with `node_modules`. @param name The user's folder in it, which may have blanks. */
  constructor(installed: string, name: string) {
    this.home = join(installed, name)
    this.bin = join(installed, 'node_modules/maestro-dataflow/bin/maestro.js')
    mkdirSync(this.home, { recursive: true })
  }

  put(path: string, content: string | object): void {
    mkdirSync(dirname(join(this.home, path)), { recursive: true })
    writeFileSync(join(this.home, path), typeof content === 'string' ? content : JSON.stringify(content))
  }

  shown(path: string): string {
    return readFileSync(join(this.home, path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(join(this.home, path))
  }

  /** Types a line in which `maestro` is the installed command, behind a umask that lets nobody else read. */
  types(line: string, folder = '.'): Promise<Said> {
    return new Promise((resolve) => {
      const script = `umask 077; maestro() { "$NODE" "$BIN" "$@"; }; ${line}`
      const env = { ...process.env, NODE: process.execPath, BIN: this.bin }
      execFile('sh', ['-c', script], { cwd: join(this.home, folder), env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      )
    })
  }
}
