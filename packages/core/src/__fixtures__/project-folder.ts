import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { MaestroError } from '../errors/maestro-error.js'

/** A folder with files, which is removed after the test. */
export class ProjectFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-test-')))

  /** @param files Their contents by path; objects are written as JSON. */
  constructor(files: Readonly<Record<string, string | object>> = {}) {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }))
    for (const [path, content] of Object.entries(files)) this.write(path, content)
  }

  file(path: string): string {
    return join(this.path, path)
  }

  write(path: string, content: string | object): void {
    mkdirSync(dirname(this.file(path)), { recursive: true })
    writeFileSync(this.file(path), typeof content === 'string' ? content : JSON.stringify(content))
  }

  read(path: string): string {
    return readFileSync(this.file(path), 'utf8')
  }
}

/** The error with which something fails. */
export async function errorOf(work: () => unknown): Promise<MaestroError> {
  try {
    await work()
  } catch (error) {
    return error as MaestroError
  }
  throw new Error('it did not fail')
}
