import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bullmqError } from '../errors.js'
import type { AgedFile, SharedFolder } from './shared-folder.js'

/** A folder of a file system that all processes see. */
export class LocalFolder implements SharedFolder {
  readonly beatMs = 1000
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  write(name: string, text: string): Promise<void> {
    return this.#using(async () => {
      const path = join(this.#path, name)
      await rename(await this.#beside(path, text), path)
    })
  }

  create(name: string, text: string): Promise<boolean> {
    return this.#using(async () => {
      const path = join(this.#path, name)
      const beside = await this.#beside(path, text)
      try {
        await link(beside, path)
        return true
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        // A file server may have carried out the request although its answer was lost: then the file has two names.
        return (await stat(beside)).nlink > 1
      } finally {
        await rm(beside, { force: true })
      }
    })
  }

  read(name: string): Promise<string | undefined> {
    return this.#using(() => ifThere(readFile(join(this.#path, name), 'utf8')))
  }

  has(name: string): Promise<boolean> {
    return this.#using(async () => (await this.#writtenAt(name)) !== undefined)
  }

  list(name: string, clock: string): Promise<readonly AgedFile[]> {
    return this.#using(async () => {
      const now = (await this.#writtenAt(clock)) ?? Date.now()
      const names = (await ifThere(readdir(join(this.#path, name)))) ?? []
      const files = names.map(async (file) => {
        const writtenAt = file.includes('.beside-') ? undefined : await this.#writtenAt(join(name, file))
        return writtenAt === undefined ? [] : [{ name: file, age: now - writtenAt }]
      })
      return (await Promise.all(files)).flat()
    })
  }

  remove(name: string): Promise<void> {
    return this.#using(() => rm(join(this.#path, name), { force: true }))
  }

  removeAll(folder: string): Promise<void> {
    return this.#using(() => rm(join(this.#path, folder), { recursive: true, force: true }))
  }

  /** @throws MAESTRO_BULLMQ_FOLDER: no row is at fault for a folder that is away or full */
  async #using<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (error) {
      throw bullmqError('MAESTRO_BULLMQ_FOLDER', { folder: this.#path, reason: reasonOf(error) }, error)
    }
  }

  /** By the clock of the file server. */
  async #writtenAt(name: string): Promise<number | undefined> {
    return (await ifThere(stat(join(this.#path, name))))?.mtimeMs
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

/** Undefined if there is no such file. */
async function ifThere<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
