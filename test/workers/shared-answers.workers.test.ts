// The answers on a server, used by several processes at once. Stores of answers have cases of their own for one process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { PostgresCache, RedisCache } from '@maestro-dataflow/plugin-bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StartedServer } from '../servers/database-server.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { urlOf } from './url-of.ts'

const nothing = () => undefined
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => logger }
const processes = [1, 2, 3]
const each = 150

/** Starts a process that uses the answers; its lines so far, and its end. */
function start(url: string, namespace: string, by: number, work: 'fill' | 'fill without end' | 'remove') {
  const script = join(import.meta.dirname, 'use-answers.js')
  const child = spawn(process.execPath, [script, JSON.stringify({ url, namespace, by, work })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  return { child, lines: () => text.split('\n').slice(0, -1), ended: once(child, 'close') }
}

const kinds = [
  { name: 'Redis', startServer: () => startRedis(), Cache: RedisCache },
  { name: 'PostgreSQL', startServer: () => startPostgres(), Cache: PostgresCache },
]

describe.each(kinds)('answers on $name', ({ name, startServer, Cache }) => {
  let server: StartedServer | undefined
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server?.stop())
  const url = (): string => {
    if (server === undefined) throw new Error(`${name} is not installed: run .ci/install-databases`)
    return urlOf(server)
  }
  const open = (namespace: string) => new Cache({ url: url(), namespace, ttl: undefined }, logger)
  const all = async (namespace: string, work: 'fill' | 'remove') => {
    const started = processes.map((by) => start(url(), namespace, by, work))
    for (const { ended } of started) expect(await ended).toEqual([0, null])
    return started.map(({ lines }) => lines())
  }

  test('processes lose no answer of each other, and every answer counts once', async () => {
    const namespace = 'several'
    await all(namespace, 'fill')
    const cache = open(namespace)
    const { entries } = await cache.stats()
    expect(entries).toBe((processes.length + 1) * each)
    for (const by of processes)
      for (let number = 0; number < each; number++)
        expect(await cache.get(`own ${by} ${number}`)).toEqual({ text: `own ${by} ${number}` })
    const removed = await all(namespace, 'remove')
    expect(removed.flat().reduce((sum, line) => sum + Number(line), 0)).toBe(each)
    const left = await cache.stats()
    // As many bytes as when one process stores them, one after another.
    const one = open('one')
    for (const by of processes)
      for (let number = 0; number < each; number++) {
        const text = `own ${by} ${number}`
        await one.set(text, { text }, { kind: 'llm', model: 'm' })
      }
    const { entries: count, bytes } = await one.stats()
    expect([left.entries, left.bytes]).toEqual([count, bytes])
    await Promise.all([cache.dispose(), one.dispose()])
  })

  test('a process that is killed while it stores leaves whole answers, and all that it had stored', async () => {
    const namespace = 'killed'
    const killed = start(url(), namespace, 1, 'fill without end')
    while (killed.lines().length < 20) await once(killed.child.stdout, 'data')
    killed.child.kill('SIGKILL')
    expect(await killed.ended).toEqual([null, 'SIGKILL'])
    const cache = open(namespace)
    for (const text of killed.lines()) expect(await cache.get(text)).toEqual({ text })
    const { entries } = await cache.stats()
    expect(entries).toBeGreaterThanOrEqual(2 * killed.lines().length)
    expect(await cache.clear()).toBe(entries)
    expect(await cache.stats()).toMatchObject({ entries: 0, bytes: 0 })
    await cache.dispose()
  })
})
