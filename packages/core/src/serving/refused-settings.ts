import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServingBase } from '../contracts/serving.js'
import { temporaryFileName } from '../provider/temporary-files.js'

/** After a day, a setting is sent again: a model behind an address changes. */
const lifetime = 24 * 3600 * 1000

/** When which setting of a model was refused, in milliseconds since 1970. */
type Refused = Readonly<Record<string, Readonly<Record<string, number>>>>

/**
 * The settings that providers have refused, for each model of each account. They are kept for a day, and in a file, so
 * that the next run does not send them again.
 */
export class RefusedSettings {
  readonly #path: string | undefined
  readonly #now: () => number
  #refused: Refused | undefined

  /** @param path The file. Without it, or without its folder, they are kept in memory only. */
  constructor(path?: string, now: () => number = Date.now) {
    this.#path = path
    this.#now = now
  }

  has(serving: ServingBase, setting: string): boolean {
    const at = this.#known()[keyOf(serving)]?.[setting]
    return at !== undefined && this.#isFresh(at)
  }

  add(serving: ServingBase, setting: string): void {
    const key = keyOf(serving)
    // Another process may have learnt others in the meantime.
    const known = this.#read() ?? this.#known()
    const added = { ...known, [key]: { ...known[key], [setting]: this.#now() } }
    this.#refused = Object.fromEntries(
      Object.entries(added).map(([of, settings]) => [
        of,
        Object.fromEntries(Object.entries(settings).filter(([, at]) => this.#isFresh(at))),
      ]),
    )
    this.#write(this.#refused)
  }

  #known(): Refused {
    this.#refused ??= this.#read() ?? {}
    return this.#refused
  }

  #isFresh(at: number): boolean {
    const age = this.#now() - at
    return age >= 0 && age < lifetime
  }

  #read(): Refused | undefined {
    if (this.#path === undefined) return undefined
    try {
      return refusedIn(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      // It is not there, or not readable: the providers say it again.
      return undefined
    }
  }

  #write(refused: Refused): void {
    if (this.#path === undefined) return
    try {
      const temporary = join(dirname(this.#path), temporaryFileName(randomBytes(8).toString('hex')))
      writeFileSync(temporary, JSON.stringify(refused), { mode: 0o600 })
      renameSync(temporary, this.#path)
    } catch {
      // A run may not fail because of what the next one would have to learn again.
    }
  }
}

const keyOf = ({ name, provider = name, account = provider, model = name }: ServingBase): string =>
  createHash('sha256')
    .update(JSON.stringify([provider, account, model]))
    .digest('hex')

/** The entries of a file that have the expected form. */
function refusedIn(read: unknown): Refused {
  const isFields = (value: unknown): value is object => typeof value === 'object' && value !== null
  if (!isFields(read)) return {}
  return Object.fromEntries(
    Object.entries(read)
      .filter(([, settings]) => isFields(settings))
      .map(([key, settings]) => [
        key,
        Object.fromEntries(Object.entries(settings).filter(([, at]) => typeof at === 'number')) as Record<
          string,
          number
        >,
      ]),
  )
}
