import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type MaestroError, untilAborted } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import type { Embedded, EmbedSettings, FromThread, ThreadData, ToThread } from './embedding-messages.js'

export interface ThreadOptions extends ThreadData {
  /** The model's name, for errors. */
  readonly name: string
  /** @default the script that runs ONNX models */
  readonly script?: string | URL
}

/** The built file, even if this one runs from the sources, as in tests, because threads need JavaScript. */
function onnxScript(): string {
  return createRequire(import.meta.url).resolve('#embedding-worker')
}

interface Waiting {
  resolve(embedded: Embedded): void
  reject(error: unknown): void
}

/** A thread with a model, from its start to its end. An idle thread does not keep the process alive. */
export class EmbeddingThread {
  readonly #worker: Worker
  readonly #name: string
  readonly #calls = new Map<number, Waiting>()
  readonly #exited: Promise<void>
  #count = 0
  #end: MaestroError | undefined

  private constructor({ name, model, threads, script = onnxScript() }: ThreadOptions) {
    this.#name = name
    this.#worker = new Worker(script, { workerData: { model, threads } satisfies ThreadData })
    this.#worker.on('error', (error) => this.#fail(error.message, error))
    this.#exited = new Promise((resolve) =>
      this.#worker.on('exit', (code) => {
        this.#fail(`it exited with ${code}`)
        resolve()
      }),
    )
  }

  /** @throws MAESTRO_LOCAL_LOAD, MAESTRO_LOCAL_THREAD; the signal's reason */
  static async start(options: ThreadOptions, signal?: AbortSignal): Promise<EmbeddingThread> {
    const thread = new EmbeddingThread(options)
    try {
      await untilAborted(thread.#load(), signal)
      return thread
    } catch (error) {
      await thread.#worker.terminate()
      throw error
    }
  }

  /** Whether it has ended, for whatever reason. */
  get isOver(): boolean {
    return this.#end !== undefined
  }

  /**
   * An aborted call ends at once; of its texts, only those of the current batch are still embedded.
   *
   * @throws MAESTRO_LOCAL_THREAD, MAESTRO_LOCAL_EMBED; the signal's reason
   */
  async embed(texts: readonly string[], settings: EmbedSettings, signal?: AbortSignal): Promise<Embedded> {
    signal?.throwIfAborted()
    if (this.#end !== undefined) throw this.#end
    const id = this.#count++
    const answer = new Promise<Embedded>((resolve, reject) => this.#calls.set(id, { resolve, reject }))
    this.#worker.ref()
    this.#send({ type: 'embed', id, texts, settings })
    try {
      return await untilAborted(answer, signal)
    } finally {
      // An aborted call has no answer yet.
      if (this.#calls.delete(id)) this.#send({ type: 'drop', id })
      if (this.#calls.size === 0) this.#worker.unref()
    }
  }

  /** Ends the thread after the current batch. Unfinished calls fail with MAESTRO_LOCAL_THREAD. */
  async dispose(): Promise<void> {
    if (this.#end === undefined) this.#send({ type: 'close' })
    this.#worker.ref()
    await this.#exited
  }

  #load(): Promise<void> {
    return new Promise((resolve, reject) => {
      // A thread that ends meanwhile fails the load in the same way as it fails calls.
      this.#calls.set(-1, { resolve: () => resolve(), reject })
      this.#worker.on('message', (message: FromThread) => {
        if (message.type === 'ready') {
          this.#calls.delete(-1)
          this.#worker.unref()
          resolve()
        } else if (message.type === 'broken') {
          reject(localError('MAESTRO_LOCAL_LOAD', { model: this.#name, reason: message.reason }))
        } else this.#settle(message)
      })
    })
  }

  #settle(message: Extract<FromThread, { readonly id: number }>): void {
    const call = this.#calls.get(message.id)
    this.#calls.delete(message.id)
    if (message.type === 'embedded') call?.resolve(message)
    else call?.reject(localError('MAESTRO_LOCAL_EMBED', { model: this.#name, reason: message.reason }))
  }

  #fail(reason: string, cause?: unknown): void {
    this.#end ??= localError('MAESTRO_LOCAL_THREAD', { model: this.#name, reason }, cause)
    for (const { reject } of this.#calls.values()) reject(this.#end)
    this.#calls.clear()
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message)
  }
}
