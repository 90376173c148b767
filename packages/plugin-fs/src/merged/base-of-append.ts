import { createHash, hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { LocalFile } from '../places/local/local-file.js'
import type { StoredFile } from '../places/stored-file.js'
import { syncFolder } from '../sync-folder.js'

/** What the processes of a run were about to put in the place of a file. */
interface Note {
  /** The hash of the file before; undefined if there was none. */
  readonly base: string | undefined
  /** The hashes of the files that they have made. */
  readonly made: readonly string[]
}

/**
 * The file behind whose rows a run adds its own. A process that ends right after it has put the new file in its place
 * does not get to note that. Therefore, the run keeps the file before, and the hash of the new one: a resumed run
 * that finds its own rows adds them to the file before, not a second time.
 */
export class BaseOfAppend {
  readonly #path: string
  readonly #folder: string
  readonly #base: string
  readonly #note: string

  constructor(runDirectory: string, path: string) {
    this.#path = path
    this.#folder = join(runDirectory, 'sinks')
    const name = hash('sha256', path).slice(0, 16)
    this.#base = join(this.#folder, `${name}.base`)
    this.#note = join(this.#folder, `${name}.appended`)
  }

  /**
   * The file to begin with.
   *
   * @param existing The file that is there now.
   * @throws MAESTRO_FS_APPEND if it cannot be told whether the rows of the run are in it, or the file before is lost
   */
  async find(existing: FoundFile | undefined): Promise<FoundFile | undefined> {
    const note = existing === undefined ? undefined : await this.#read()
    if (existing === undefined || note === undefined) return existing
    const found = await hashOf(existing.file)
    if (found === note.base) return existing
    if (!note.made.includes(found)) throw this.#untold('the file has been changed since then')
    if (note.base === undefined) return undefined
    const base = new LocalFile(this.#base)
    if (!existsSync(this.#base) || (await hashOf(base)) !== note.base)
      throw this.#untold('the file that the run has kept from before is damaged')
    return { ...existing, file: base }
  }

  /** Call it before the new file takes its place. @param base What `find` has returned. @param made The path of the new file. */
  async keep(base: FoundFile | undefined, made: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const isKept = base?.file.localPath === this.#base
    if (base !== undefined && !isKept) await copy(base.file, this.#base)
    const before = isKept || base === undefined ? await this.#read() : undefined
    const note: Note = {
      base: base === undefined ? undefined : (before?.base ?? (await hashOf(new LocalFile(this.#base)))),
      made: [...(before?.made ?? []), await hashOf(new LocalFile(made))],
    }
    const temporary = `${this.#note}.tmp`
    const text = JSON.stringify(note)
    await writeFile(temporary, `${sumOf(text)} ${text}\n`, { mode: 0o600, flush: true })
    await rename(temporary, this.#note)
    await syncFolder(this.#folder)
  }

  /** What was noted before; undefined if nothing was. A note that is damaged stands for rows that may be in the file. */
  async #read(): Promise<Note | undefined> {
    if (!existsSync(this.#note)) return undefined
    const [, sum, text = ''] = /^(\w+) (.*)\n$/s.exec(await readFile(this.#note, 'utf8')) ?? []
    if (sum !== sumOf(text)) throw this.#untold('the note about them is damaged')
    return JSON.parse(text) as Note
  }

  #untold(what: string) {
    const reason = `an interrupted run may have added its rows already, and ${what}`
    return fsError('MAESTRO_FS_APPEND', { path: this.#path, reason })
  }
}

const sumOf = (text: string): string => hash('sha256', text).slice(0, 16)

async function hashOf(file: StoredFile): Promise<string> {
  const sum = createHash('sha256')
  for await (const bytes of file.stream()) sum.update(bytes)
  return sum.digest('hex')
}

/** A file of this machine gets a second name: the new one takes its place, and the old one stays as it is. */
async function copy(file: StoredFile, path: string): Promise<void> {
  await rm(path, { force: true })
  if (file.localPath !== undefined && (await isLinked(file.localPath, path))) return
  const target = await open(path, 'wx', 0o600)
  try {
    for await (const bytes of file.stream()) await target.writeFile(bytes)
    await target.sync()
  } finally {
    await target.close()
  }
}

/** False on another file system, and on one without links. */
const isLinked = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    () => false,
  )
