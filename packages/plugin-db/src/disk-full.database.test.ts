import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from './__fixtures__/databases.js'

const megabytes = 24
let rooms = 0
const servers = databases.filter((name) => name !== 'sqlite')

/** A file system of its own, which is soon full; mounting takes rights that not everyone has. */
const disk = mkdtempSync(join(tmpdir(), 'maestro-disk-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]).status === 0
if (!mounted) console.warn('no file system could be mounted: what a full disk does is not tested')
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk])
  rmSync(disk, { recursive: true, force: true })
})

describe.skipIf(!mounted).each(servers)('the disk of %s is full', (name) => {
  const { sql, write, newTable } = temporaryDatabase(name)
  const place = join(disk, name)
  const rows = function* (from: number, count: number) {
    for (let id = from; id < from + count; id++) yield { id, text: `${id} ${'x'.repeat(1000)}` }
  }

  /** A table on that disk. */
  async function filled(): Promise<string> {
    const table = newTable()
    if (name === 'postgres') {
      const space = `disk_${table}_${process.pid}`
      await sql(`CREATE TABLESPACE ${space} LOCATION '${place}'`)
      await sql(`CREATE TABLE ${table} (id int PRIMARY KEY, text text) TABLESPACE ${space}`)
    } else await sql(`CREATE TABLE ${table} (id int PRIMARY KEY, text longtext) DATA DIRECTORY='${place}'`)
    await write(rows(0, 10), { table, mode: 'append' })
    return table
  }

  beforeAll(() => {
    mkdirSync(place)
    // The servers run as nobody where these tests are run by root.
    if (process.getuid?.() === 0) chownSync(place, 65534, 65534)
  })

  test('the run says so, and the table is as it was; once there is room it takes rows again', async () => {
    const table = await filled()
    const error = await failure(write(rows(10, 60_000), { table, mode: 'append' }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_DISK_FULL' })
    const count = async () => Number((await sql(`SELECT count(*) AS n FROM ${table}`))[0]?.n)
    expect(await count()).toBe(10)
    spawnSync('mount', ['-o', `remount,size=${++rooms * 2 * megabytes}m`, disk])
    await write(rows(10, 10), { table, mode: 'append' })
    expect(await count()).toBe(20)
    await sql(`DROP TABLE ${table}`)
  })
})
