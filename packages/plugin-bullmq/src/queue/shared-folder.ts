import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Files that several machines read and write. A file is either complete or absent. */
export class SharedFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Writes a file, or replaces it. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.path, name)
    await rename(await this.#beside(path, text), path)
  }

  /**
   * Creates a file, if there is none. Of several writers, in whatever processes and on whatever machines, one succeeds.
   *
   * @returns whether it was this one
   */
  async create(name: string, text: string): Promise<boolean> {
    const path = join(this.path, name)
    const beside = await this.#beside(path, text)
    try {
      await link(beside, path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw error
    } finally {
      await rm(beside, { force: true })
    }
  }

  /** The text of a file; undefined if there is none. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** The names of the files in a folder. */
  async list(name: string): Promise<readonly string[]> {
    try {
      return (await readdir(join(this.path, name))).filter((file) => !file.includes('.beside-'))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }

  /** Milliseconds since a file was written or touched, by the clock of the file server; undefined if there is none. */
  async age(name: string, now: number): Promise<number | undefined> {
    try {
      return now - (await stat(join(this.path, name))).mtimeMs
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** The time of the file server: clocks of machines differ. @param name A file that may be written for this. */
  async now(name: string): Promise<number> {
    await this.write(name, '')
    return (await stat(join(this.path, name))).mtimeMs
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { recursive: true, force: true })
  }

  async #beside(path: string, text: string): Promise<string> {
    await mkdir(dirname(path), { recursive: true })
    const beside = `${path}.beside-${randomUUID()}`
    const file = await open(beside, 'wx')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    return beside
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
