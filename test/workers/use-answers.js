// One of several processes that use the same answers: node use-answers.js '{"url":...,"namespace":...,"by":1,"work":"fill"}'
import assert from 'node:assert/strict'
import { PostgresCache, RedisCache } from '@maestro-dataflow/plugin-bullmq'

const { url, namespace, by, work } = JSON.parse(process.argv[2] ?? '')
const nothing = () => undefined
/** @type {import('@maestro-dataflow/core').Logger} */
const logger = {
  debug: nothing,
  info: nothing,
  error: nothing,
  child: () => logger,
  warn(message, about) {
    throw new Error(`${message}: ${JSON.stringify(about)}`)
  },
}
const Cache = url.startsWith('redis') ? RedisCache : PostgresCache
const cache = new Cache({ url, namespace, ttl: undefined }, logger)
const parts = { kind: 'llm', model: 'm' }
const numbers = Array.from({ length: 150 }, (_, number) => number)

/**
 * Stores its own answers, and others that all processes store, each with a text of another length.
 *
 * @param {Iterable<number>} some
 */
async function fill(some) {
  for (const number of some) {
    const own = { text: `own ${by} ${number}` }
    await Promise.all([
      cache.set(own.text, own, parts),
      cache.set(`shared ${number}`, { text: 'x'.repeat(1000 * by), finishReason: String(by) }, parts),
    ])
    assert.deepEqual(await cache.get(own.text), own)
    const shared = await cache.get(`shared ${number}`)
    assert.deepEqual(String(shared?.text).length, 1000 * Number(shared?.finishReason), 'parts of two answers')
    console.log(own.text)
  }
}

/** Removes what all processes remove, and says how much of it was its own doing. */
async function remove() {
  const removed = await Promise.all(numbers.map((number) => cache.delete(`shared ${number}`)))
  console.log(removed.filter(Boolean).length)
}

/** @returns {Generator<number>} */
function* endless() {
  for (let number = 0; ; number++) yield number
}

await (work === 'remove' ? remove() : fill(work === 'fill' ? numbers : endless()))
await cache.dispose()
