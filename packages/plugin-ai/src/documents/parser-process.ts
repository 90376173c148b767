import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { DocumentOutcome, DocumentTask } from './document-process.js'

/** What one document may take. */
export interface DocumentLimits {
  /** Milliseconds. */
  readonly timeout: number
  /** Bytes of memory of the process that parses it. */
  readonly maxMemory: number
}

/** The document went beyond a limit, or ended the process in another way. */
export type ParserFailure = { readonly exceeded: 'time' | 'memory' } | { readonly reason: string }

const mebibyte = 1024 * 1024
/** The share of the memory that values of JavaScript may take; the rest is for bytes and the program itself. */
const heapShare = 0.75
/** Milliseconds between two looks at the memory, and until a process without work ends. */
const [watchEvery, endAfter] = [100, 5000]

/** The compiled file, also where this one runs from its source. */
const program = new URL('../../dist/documents/document-process.js', import.meta.url)

/** A process that parses one document after the other, and that ends when one goes beyond its limits. */
export class ParserProcess {
  readonly maxMemory: number
  readonly #child: ChildProcess
  readonly #endWithParent = () => this.end()
  #idle: NodeJS.Timeout | undefined

  constructor(maxMemory: number) {
    this.maxMemory = maxMemory
    const heap = Math.max(64, Math.floor((maxMemory / mebibyte) * heapShare))
    this.#child = fork(program, {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${heap}`],
      // What parsers print of a document is of no use to anybody.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    process.once('exit', this.#endWithParent)
    this.#child.once('exit', () => {
      process.removeListener('exit', this.#endWithParent)
      clearTimeout(this.#idle)
    })
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  /** @throws the signal's reason */
  async parse(
    task: DocumentTask,
    { timeout, maxMemory }: DocumentLimits,
    signal: AbortSignal | undefined,
  ): Promise<DocumentOutcome | ParserFailure> {
    this.#keepAwake()
    let exceeded: 'time' | 'memory' | undefined
    const stop = (why: 'time' | 'memory') => {
      exceeded ??= why
      this.end()
    }
    const abort = () => this.end()
    const timer = setTimeout(() => stop('time'), timeout)
    const watch = setInterval(async () => {
      if ((await residentBytes(this.#child.pid)) > maxMemory) stop('memory')
    }, watchEvery)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const outcome = await this.#send(task)
      if (outcome !== undefined) return outcome
      signal?.throwIfAborted()
      if (exceeded !== undefined) return { exceeded }
      // Out of memory, V8 aborts.
      if (this.#child.signalCode === 'SIGABRT' || this.#child.exitCode === 134) return { exceeded: 'memory' }
      return { reason: 'the parser ended unexpectedly' }
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      signal?.removeEventListener('abort', abort)
      this.#letSleep()
    }
  }

  /** @returns undefined when the process ended before it answered */
  #send(task: DocumentTask): Promise<DocumentOutcome | undefined> {
    const { promise, resolve } = Promise.withResolvers<DocumentOutcome | undefined>()
    const answered = (outcome: unknown) => resolve(outcome as DocumentOutcome)
    const ended = () => resolve(undefined)
    this.#child.once('message', answered)
    this.#child.once('exit', ended)
    this.#child.once('error', ended)
    if (this.isAlive) this.#child.send(task, (error) => error !== null && ended())
    else ended()
    return promise.finally(() => {
      this.#child.removeListener('message', answered)
      this.#child.removeListener('exit', ended)
      this.#child.removeListener('error', ended)
    })
  }

  #keepAwake(): void {
    clearTimeout(this.#idle)
    this.#child.ref()
    this.#child.channel?.ref()
  }

  /** A process without work holds up nobody, and ends by itself. */
  #letSleep(): void {
    if (!this.isAlive) return
    this.#child.unref()
    this.#child.channel?.unref()
    this.#idle = setTimeout(() => this.end(), endAfter)
    this.#idle.unref()
  }
}

/** The memory of a process as Linux tells it; 0 where that is not known, and the limit of the heap alone holds. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}
