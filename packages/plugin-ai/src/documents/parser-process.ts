import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { DocumentOutcome, DocumentTask } from './document-process.js'

/** The limits for one document. */
export interface DocumentLimits {
  /** Milliseconds. */
  readonly timeout: number
  /** The memory of the process that parses it, in bytes. */
  readonly maxMemory: number
}

/** The document exceeded a limit or ended the process in another way. */
export type ParserFailure = { readonly exceeded: 'time' | 'memory' } | { readonly reason: string }

const mebibyte = 1024 * 1024
/** The share of the memory for the JavaScript heap; the rest is for bytes and the program itself. */
const heapShare = 0.75
/** The interval between two memory checks, and the time until an idle process ends, in milliseconds. */
const [watchEvery, endAfter] = [100, 5000]

/** A process that parses one document after the other and ends when one exceeds its limits. */
export class ParserProcess {
  readonly maxMemory: number
  readonly #child: ChildProcess
  readonly #endWithParent = () => this.end()
  #idle: NodeJS.Timeout | undefined

  constructor(maxMemory: number) {
    this.maxMemory = maxMemory
    const heap = Math.max(64, Math.floor((maxMemory / mebibyte) * heapShare))
    this.#child = fork(createRequire(import.meta.url).resolve('#document-process'), {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${heap}`],
      // The output that parsers print about a document is not useful.
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
      // V8 aborts when it runs out of memory.
      if (this.#child.signalCode === 'SIGABRT' || this.#child.exitCode === 134) return { exceeded: 'memory' }
      return { reason: 'the parser ended unexpectedly' }
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      signal?.removeEventListener('abort', abort)
      this.#letSleep()
    }
  }

  /** @returns undefined if the process ended before it answered */
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

  /** An idle process does not keep the parent alive, and it ends by itself. */
  #letSleep(): void {
    if (!this.isAlive) return
    this.#child.unref()
    this.#child.channel?.unref()
    this.#idle = setTimeout(() => this.end(), endAfter)
    this.#idle.unref()
  }
}

/** The memory of a process on Linux; 0 on other systems, where only the heap limit applies. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}
