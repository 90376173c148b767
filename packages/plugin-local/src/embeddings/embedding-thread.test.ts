import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pullModel } from '../models/known-models.js'
import type { FromThread, ToThread } from './embedding-messages.js'
import { EmbeddingModel } from './embedding-model.js'
import { EmbeddingThread } from './embedding-thread.js'

let folder = ''
let model = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-thread-'))
  model = await pullModel('all-MiniLM-L6-v2')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const settings = { normalize: true }
const failing = (mark: string) => ({
  name: 'failing',
  model: join(folder, mark),
  threads: 1,
  script: new URL('./__fixtures__/failing-worker.js', import.meta.url),
})

describe('a thread that ends by itself', () => {
  test('fails all calls at work with one typed error, which may be tried again; the next call has a new thread', async () => {
    const failed = await EmbeddingModel.load(failing('first'))
    const calls = await Promise.allSettled([failed.embed(['a'], settings), failed.embed(['b'], settings)])
    for (const call of calls)
      expect(call).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'MAESTRO_LOCAL_THREAD',
          retryable: true,
          details: { model: 'failing', reason: 'it exited with 7' },
        },
      })
    const again = await Promise.all([failed.embed(['a'], settings), failed.embed(['b', 'c'], settings)])
    expect(again.map(({ vectors }) => vectors.length)).toEqual([1, 2])
    await failed.dispose()
  })

  test('reports its failure to later callers', async () => {
    const thread = await EmbeddingThread.start(failing('second'))
    expect(thread.isOver).toBe(false)
    await expect(thread.embed(['a'], settings)).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_THREAD' })
    expect(thread.isOver).toBe(true)
    await expect(thread.embed(['a'], settings)).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_THREAD' })
    await thread.dispose()
  })

  test('the error of a script that fails contains its own fault', async () => {
    const script = new URL(`data:text/javascript,${encodeURIComponent('throw new RangeError("no room")')}`)
    await expect(EmbeddingThread.start({ name: 'x', model, threads: 1, script })).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_THREAD',
      details: { reason: 'no room' },
    })
  })
})

describe('the thread of a model', () => {
  test('dispose ends it after the batch at work; calls that are not done fail', async () => {
    const thread = await EmbeddingThread.start({ name: 'all-MiniLM-L6-v2', model, threads: 1 })
    const call = thread.embed(
      Array.from({ length: 100 }, () => 'a few words about a river'),
      settings,
    )
    const failed = expect(call).rejects.toMatchObject({ code: 'MAESTRO_LOCAL_THREAD' })
    await thread.dispose()
    await failed
    expect(thread.isOver).toBe(true)
  })

  test('does nothing more for a call that was given up', async () => {
    const script = createRequire(import.meta.url).resolve('#embedding-worker')
    const worker = new Worker(script, { workerData: { model, threads: 1 } })
    const messages: FromThread[] = []
    const send = (message: ToThread) => worker.postMessage(message)
    const exited = new Promise((resolve) => worker.once('exit', resolve))
    worker.on('message', (message: FromThread) => {
      messages.push(message)
      if (message.type === 'ready') {
        const texts = Array.from({ length: 100 }, (_, index) => 'a river '.repeat(1 + (index % 20)))
        send({ type: 'embed', id: 0, texts, settings })
        send({ type: 'drop', id: 0 })
        send({ type: 'embed', id: 1, texts: ['a stone'], settings })
      } else send({ type: 'close' })
    })
    expect(await exited).toBe(0)
    expect(messages.map((message) => ('id' in message ? message.id : message.type))).toEqual(['ready', 1])
  })
})
