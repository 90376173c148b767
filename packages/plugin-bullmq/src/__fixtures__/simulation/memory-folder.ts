import { dirname } from 'node:path'
import type { AgedFile, SharedFolder } from '../../folder/shared-folder.js'

interface MemoryFile {
  readonly text: string
  readonly at: number
}

/** The files of a simulated file server. */
export class MemoryFiles {
  /** By folder, and then by path. */
  readonly folders = new Map<string, Map<string, MemoryFile>>()
  /** The number of requests about partitions, tasks, and workers. */
  readonly asked: Record<string, number> = {}
  /** The results that were replaced. */
  readonly replaced: string[] = []

  file(path: string): MemoryFile | undefined {
    return this.folders.get(dirname(path))?.get(path)
  }

  put(path: string, text: string): void {
    if (path.endsWith('.result.json') && this.file(path) !== undefined) this.replaced.push(path)
    const folder = this.folders.get(dirname(path)) ?? new Map<string, MemoryFile>()
    this.folders.set(dirname(path), folder.set(path, { text, at: Date.now() }))
  }
}

/** A shared folder as one process sees it. */
export class MemoryFolder implements SharedFolder {
  readonly beatMs: number = 1000
  readonly #server: MemoryFiles
  readonly #delay: () => Promise<void>

  /** @param delay Waits as long as a request takes; for ever in a process that is dead. */
  constructor(server: MemoryFiles, delay: () => Promise<void>) {
    this.#server = server
    this.#delay = delay
  }

  write(name: string, text: string): Promise<void> {
    return this.#ask(name, () => this.#server.put(name, text))
  }

  create(name: string, text: string): Promise<boolean> {
    return this.#ask(name, () => {
      if (this.#server.file(name) !== undefined) return false
      this.#server.put(name, text)
      return true
    })
  }

  read(name: string): Promise<string | undefined> {
    return this.#ask(name, () => this.#server.file(name)?.text)
  }

  has(name: string): Promise<boolean> {
    return this.#ask(name, () => this.#server.file(name) !== undefined)
  }

  list(name: string): Promise<readonly AgedFile[]> {
    return this.#ask(name, () =>
      [...(this.#server.folders.get(name) ?? [])].map(([path, { at }]) => ({
        name: path.slice(name.length + 1),
        age: Date.now() - at,
      })),
    )
  }

  remove(name: string): Promise<void> {
    return this.#ask(name, () => void this.#server.folders.get(dirname(name))?.delete(name))
  }

  removeAll(folder: string): Promise<void> {
    return this.#ask(folder, () => void this.#server.folders.delete(folder))
  }

  /** The request arrives after half of the time, and its answer after the other half. */
  async #ask<Result>(name: string, work: () => Result): Promise<Result> {
    await this.#delay()
    const [about = ''] = name.split('/')
    this.#server.asked[about] = (this.#server.asked[about] ?? 0) + 1
    const result = work()
    await this.#delay()
    return result
  }
}
