import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const stepName = /^step-([1-9]\d*)\.jsonl$/

/** A folder of finished steps, `step-1.jsonl` and so on, with a record of the input that they were made from. */
export class StepFolder {
  readonly path: string
  #latest: number
  /** Whether steps of an earlier use still exist and are removed when a new one is written. */
  #restart: boolean

  constructor(path: string, restart: boolean) {
    this.path = path
    this.#restart = restart
    this.#latest = restart ? 0 : Math.max(0, ...this.#steps())
  }

  /** The newest finished step; 0 when there is none. */
  get latest(): number {
    return this.#latest
  }

  file(step: number): string {
    return join(this.path, `step-${step}.jsonl`)
  }

  /** The recorded identity of the steps' input. */
  async input(): Promise<string | undefined> {
    return existsSync(this.#note) ? await readFile(this.#note, 'utf8') : undefined
  }

  /** Makes room for the next step. @returns its number */
  async begin(input: string): Promise<number> {
    await mkdir(this.path, { recursive: true })
    if (this.#restart) for (const step of this.#steps()) await rm(this.file(step))
    this.#restart = false
    if (this.#latest === 0) {
      await writeFile(`${this.#note}.tmp`, input)
      await rename(`${this.#note}.tmp`, this.#note)
    }
    return this.#latest + 1
  }

  /** Records that the step's file is complete and in place. */
  finished(step: number): void {
    this.#latest = step
  }

  get #note(): string {
    return join(this.path, 'input.json')
  }

  #steps(): number[] {
    if (statSync(this.path, { throwIfNoEntry: false })?.isDirectory() !== true) return []
    return readdirSync(this.path).flatMap((name) => {
      const number = stepName.exec(name)?.[1]
      return number === undefined ? [] : [Number(number)]
    })
  }
}
