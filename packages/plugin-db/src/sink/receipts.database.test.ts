import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@maestro-dataflow/core'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints } from '@maestro-dataflow/core/runtime'
import { describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from '../__fixtures__/databases.js'
import { withSession } from '../connection/open-session.js'
import { connectionSettings } from '../connection/resolve-connection.js'
import { Receipts } from './receipts.js'

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger }
const receipt = { run: 'run-1', sink: 'prices', fingerprint: 'f' }

describe.each(databases)('%s', (name) => {
  const { connection, folder, sql, project } = temporaryDatabase(name)
  const settings = (lock = 10_000) =>
    connectionSettings({ connection, timeouts: { lock } }, { directory: folder, allowOutside: false })
  const find = (lock?: number, sink = receipt) =>
    withSession(settings(lock), (session) => new Receipts(undefined).find(session, sink))

  /** Writes a receipt in a transaction that ends a while after `meanwhile` has begun, as that of a killed process may. */
  const whileCommitting = <Result>(end: 'commit' | 'rollback', meanwhile: () => Promise<Result>) =>
    withSession(settings(), async (session) => {
      const receipts = await Receipts.open(session, undefined, logger)
      await session.begin()
      await receipts?.write(session, receipt, 7)
      const result = meanwhile()
      await Promise.race([sleep(200), result.catch(() => undefined)])
      await session[end]()
      return result
    })

  // A file has no server that finishes the commit of a process that has ended.
  if (name !== 'sqlite') {
    test('a receipt is looked for until the transaction that may write it has ended', async () => {
      expect(await whileCommitting('rollback', find)).toBeUndefined()
      expect(await whileCommitting('commit', find)).toEqual({ fingerprint: 'f', rows: 7 })
      expect(await find()).toEqual({ fingerprint: 'f', rows: 7 })
      // Looking leaves nothing behind.
      const other = { ...receipt, run: 'run-2' }
      expect(await find(undefined, other)).toBeUndefined()
      expect(await find(undefined, other)).toBeUndefined()
    })

    test('a transaction that does not end is an error, and not a receipt that is missing', async () => {
      const other = { ...receipt, sink: 'others' }
      const error = await withSession(settings(), async (session) => {
        const receipts = await Receipts.open(session, undefined, logger)
        await session.begin()
        await receipts?.write(session, other, 7)
        const found = await failure(find(1000, other))
        await session.rollback()
        return found
      })
      expect(error).toMatchObject({ code: 'MAESTRO_DB_LOCKED' })
    })
  }

  test('the table of receipts is there when the commit that uses it is interrupted', async () => {
    const at = connection.client === 'sqlite' ? { ...connection, path: 'new.db' } : connection
    await sql('CREATE TABLE target (id INTEGER)', [], at)
    installFailpoints((place) => {
      if (place === 'sink-state-renamed') throw new Error('the process ends')
    })
    const writing = pipeline('write')
      .from([{ id: 1 }])
      .write('db.table', { connection: at, table: 'target', mode: 'append' })
    await expect(project({ directory: folder }).run(writing)).rejects.toThrow('the process ends')
    installFailpoints(undefined)
    expect(await sql("SELECT * FROM maestro_receipts WHERE sink <> 'prices'", [], at)).toEqual([])
    expect(await sql('SELECT * FROM target', [], at)).toEqual([])
  })
})
