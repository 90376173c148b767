// Runs in a separate thread: loads one model, and then processes the texts of all calls, batch by batch.
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { EmbedCall, FromThread, ToThread } from './embedding-messages.js'
import { SentenceModel } from './sentence-model.js'
import { WaitingTexts } from './waiting-texts.js'

/** Small batches fit into the processor's cache: with MiniLM, 512 tokens are fastest, and 8192 are half as fast. */
const batchTokens = 512

/** The partial result of a call. */
interface Result {
  readonly vectors: Float32Array<ArrayBuffer>[]
  readonly truncated: readonly number[]
  readonly tokens: number
  missing: number
}

const results = new Map<number, Result>()
const waiting = new WaitingTexts(batchTokens)
let isWorking = false
let isClosing = false

const tell = (message: FromThread, given: readonly Float32Array<ArrayBuffer>[] = []) =>
  parentPort?.postMessage(
    message,
    given.map(({ buffer }) => buffer),
  )
const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function begin({ id, texts, settings }: EmbedCall, model: SentenceModel): void {
  try {
    const tokenized = texts.map((text) => model.tokenize(text, settings))
    results.set(id, {
      vectors: [],
      truncated: tokenized.flatMap(({ isCut }, place) => (isCut ? [place] : [])),
      tokens: tokenized.reduce((sum, { ids }) => sum + ids.length, 0),
      missing: texts.length,
    })
    waiting.add(tokenized.map(({ ids }, place) => ({ call: id, place, ids, settings })))
    finish(id)
  } catch (error) {
    tell({ type: 'failed', id, reason: reasonOf(error) })
  }
}

async function work(model: SentenceModel): Promise<void> {
  if (isWorking) return
  isWorking = true
  while (waiting.size > 0 && !isClosing) {
    await embedBatch(model)
    // Messages arrive only between two turns of the event loop.
    await setImmediate()
  }
  isWorking = false
  if (isClosing) await model.dispose()
}

async function embedBatch(model: SentenceModel): Promise<void> {
  const batch = waiting.takeBatch()
  try {
    const vectors = await model.embed(batch)
    for (const [at, { call, place }] of batch.entries()) {
      const result = results.get(call)
      if (result === undefined) continue
      result.vectors[place] = vectors[at] as Float32Array<ArrayBuffer>
      result.missing--
    }
    for (const call of new Set(batch.map(({ call }) => call))) finish(call)
  } catch (error) {
    for (const call of new Set(batch.map(({ call }) => call))) {
      drop(call)
      tell({ type: 'failed', id: call, reason: reasonOf(error) })
    }
  }
}

function finish(id: number): void {
  const result = results.get(id)
  if (result === undefined || result.missing > 0) return
  results.delete(id)
  const { vectors, truncated, tokens } = result
  tell({ type: 'embedded', id, vectors, truncated, tokens }, vectors)
}

function drop(id: number): void {
  waiting.drop(id)
  results.delete(id)
}

try {
  const model = await SentenceModel.load(workerData)
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'embed') begin(message, model)
    else if (message.type === 'drop') drop(message.id)
    else {
      isClosing = true
      // Nothing else keeps the thread alive.
      parentPort?.close()
    }
    void work(model)
  })
  tell({ type: 'ready' })
} catch (error) {
  tell({ type: 'broken', reason: reasonOf(error) })
}
