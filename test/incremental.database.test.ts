import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import { describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from '../packages/plugin-db/src/__fixtures__/databases.js'

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)
  const { connection, sql } = database

  test('new and changed rows of a table are found by its key and a time, and update another table', async () => {
    const [from, to] = [database.newTable(), database.newTable()]
    await sql(`CREATE TABLE ${from} (id INTEGER PRIMARY KEY, text VARCHAR(20), changed INTEGER)`)
    await sql(`INSERT INTO ${from} VALUES (1, 'one', 1), (2, 'two', 1), (3, 'three', 1)`)
    const made: string[] = []
    const run = async (mode: 'upsert' | 'append' = 'upsert') => {
      made.length = 0
      const project = maestro({ directory: database.folder, plugins: [db], logLevel: 'silent' })
      const copying = pipeline('copy')
        .read('db.table', { connection, table: from })
        .incremental({ key: 'id', compare: ['changed'] })
        .map((row) => {
          made.push(String(row.text))
          return { id: Number(row.id), upper: String(row.text).toUpperCase() }
        })
        .write('db.table', { connection, table: to, mode, key: 'id' })
      return project.run(copying).finally(() => project.dispose())
    }
    await run()
    expect(made).toHaveLength(3)
    await sql(`UPDATE ${from} SET text = 'TWO!', changed = 2 WHERE id = 2`)
    await sql(`INSERT INTO ${from} VALUES (4, 'four', 2)`)
    await sql(`DELETE FROM ${from} WHERE id = 1`)
    const report = await run()
    expect(made.sort()).toEqual(['TWO!', 'four'])
    expect(report.incremental).toMatchObject({ added: 1, changed: 1, unchanged: 1, gone: 1, removed: false })
    const rows = await sql(`SELECT id, upper FROM ${to} ORDER BY id`)
    expect(rows.map(({ upper }) => upper)).toEqual(['ONE', 'TWO!', 'THREE', 'FOUR'])
    await sql(`DROP TABLE ${to}`)
    await run()
    expect(made).toHaveLength(3)
    await expect(run('append')).rejects.toMatchObject({ code: 'MAESTRO_INCREMENTAL_UNFIT' })
  })

  /** Runs a pipeline from one table to another, of which each row is made `parts` times. */
  async function copy(
    from: string,
    to: string,
    removed: 'keep' | 'remove',
    key: 'id' | readonly ('id' | 'part')[] = 'id',
  ) {
    const project = maestro({ directory: database.folder, plugins: [db], logLevel: 'silent' })
    const copying = pipeline('parts')
      .read('db.table', { connection, table: from, key: 'id' })
      .incremental({ key: 'id', removed })
      .filter((row) => row.text !== 'hidden')
      .flatMap((row) => Array.from({ length: Number(row.parts) }, (_, part) => ({ id: row.id, part, text: row.text })))
      .write('db.table', { connection, table: to, mode: 'upsert', key })
    return project.run(copying).finally(() => project.dispose())
  }

  test('rows of a table whose source row is gone are removed where that is asked for', async () => {
    const [from, to, kept] = [database.newTable(), database.newTable(), database.newTable()]
    await sql(`CREATE TABLE ${from} (id VARCHAR(9) PRIMARY KEY, text VARCHAR(20), parts INTEGER)`)
    await sql(`INSERT INTO ${from} VALUES ('a', 'one', 1), ('b', 'two', 1), ('c', 'three', 1), ('d', 'four', 1)`)
    for (const table of [to, kept])
      await sql(`CREATE TABLE ${table} (id VARCHAR(9) PRIMARY KEY, part INTEGER, text VARCHAR(20), note VARCHAR(20))`)
    await sql(`INSERT INTO ${to} (id, text) VALUES ('x', 'not ours')`)
    await copy(from, to, 'remove')
    await copy(from, kept, 'keep')
    await sql(`UPDATE ${to} SET note = 'mine'`)
    await sql(`DELETE FROM ${from} WHERE id = 'a'`)
    // The filter drops it now.
    await sql(`UPDATE ${from} SET text = 'hidden' WHERE id = 'b'`)
    await sql(`UPDATE ${from} SET text = 'THREE' WHERE id = 'c'`)
    const report = await copy(from, to, 'remove')
    expect(report.incremental).toMatchObject({ added: 0, changed: 2, unchanged: 1, gone: 1, removed: true })
    expect(await sql(`SELECT id, text, note FROM ${to} ORDER BY id`)).toMatchObject([
      { id: 'c', text: 'THREE', note: 'mine' },
      { id: 'd', text: 'four', note: 'mine' },
      { id: 'x', text: 'not ours', note: 'mine' },
    ])
    await copy(from, kept, 'keep')
    expect((await sql(`SELECT id FROM ${kept} ORDER BY id`)).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  })

  /** Types whose values the driver of the database returns, rounds, or compares in a way of its own. */
  const keys = {
    sqlite: {
      BLOB: ["x'00'", "x'0001'", "x'61'"],
      '': ["'5'", '5.5', "x'35'"],
      INTEGER: ['-9007199254740993', '2', '3'],
    },
    postgres: { real: ['0.1', '0.2', '3'], 'numeric(20, 5)': ['1.5', '2', '3'], bytea: ["'\\x00'", "'\\x01'", "'a'"] },
    mariadb: {
      FLOAT: ['0.1', '0.2', '3'],
      'BIT(64)': ['18446744073709551615', '9007199254740993', '3'],
      'DECIMAL(20, 5)': ['1.5', '2', '3'],
      'BINARY(2)': ["x'0000'", "x'0001'", "'ab'"],
    },
  }[name]
  test.each(Object.entries(keys))('rows are removed by a key of any type: %s', async (type, [gone, changed, kept]) => {
    const [from, to] = [database.newTable(), database.newTable()]
    for (const table of [from, to]) await sql(`CREATE TABLE ${table} (id ${type} PRIMARY KEY NOT NULL, v VARCHAR(9))`)
    await sql(`INSERT INTO ${from} VALUES (${gone}, 'gone'), (${changed}, 'old'), (${kept}, 'kept')`)
    const run = async () => {
      const project = maestro({ directory: database.folder, plugins: [db], logLevel: 'silent' })
      const copying = pipeline('keys')
        .read('db.table', { connection, table: from, key: 'id' })
        .incremental({ key: 'id', removed: 'remove' })
        .write('db.table', { connection, table: to, mode: 'upsert', key: 'id' })
      return project.run(copying).finally(() => project.dispose())
    }
    await run()
    await sql(`DELETE FROM ${from} WHERE v = 'gone'`)
    await sql(`UPDATE ${from} SET v = 'new' WHERE v = 'old'`)
    expect((await run()).incremental).toMatchObject({ added: 0, changed: 1, unchanged: 1, gone: 1, removed: true })
    const rows = async (table: string) => sql(`SELECT id, v FROM ${table} ORDER BY v`)
    expect(await rows(to)).toEqual(await rows(from))
    expect(await rows(to)).toHaveLength(2)
  })

  test('the rows that were made from a changed row are replaced where removing is asked for', async () => {
    const [from, to] = [database.newTable(), database.newTable()]
    await sql(`CREATE TABLE ${from} (id VARCHAR(9) PRIMARY KEY, text VARCHAR(20), parts INTEGER)`)
    await sql(`INSERT INTO ${from} VALUES ('a', 'one', 3), ('b', 'two', 2), ('c', 'three', 2)`)
    await copy(from, to, 'remove', ['id', 'part'])
    await sql(`UPDATE ${from} SET parts = 1 WHERE id = 'a'`)
    await sql(`DELETE FROM ${from} WHERE id = 'c'`)
    await copy(from, to, 'remove', ['id', 'part'])
    const rows = await sql(`SELECT id, part FROM ${to} ORDER BY id, part`)
    expect(rows.map(({ id, part }) => `${id}${Number(part)}`)).toEqual(['a0', 'b0', 'b1'])
  })

  test('rows are removed together with what is written, or not at all', async () => {
    const [from, to] = [database.newTable(), database.newTable()]
    await sql(`CREATE TABLE ${from} (id VARCHAR(9) PRIMARY KEY, text VARCHAR(20), parts INTEGER)`)
    await sql(`INSERT INTO ${from} VALUES ('a', 'one', 1), ('b', 'two', 1)`)
    await sql(`CREATE TABLE ${to} (id VARCHAR(9) PRIMARY KEY, part INTEGER, text VARCHAR(20))`)
    await copy(from, to, 'remove')
    await sql(`DELETE FROM ${from} WHERE id = 'a'`)
    await sql(`INSERT INTO ${from} VALUES ('c', 'three', 1)`)
    installFailpoints((place) => {
      if (place === 'sink-state-renamed') throw new Error('the process ends')
    })
    await expect(copy(from, to, 'remove')).rejects.toThrow('the process ends')
    installFailpoints(undefined)
    expect((await sql(`SELECT id FROM ${to} ORDER BY id`)).map(({ id }) => id)).toEqual(['a', 'b'])
    await copy(from, to, 'remove')
    expect((await sql(`SELECT id FROM ${to} ORDER BY id`)).map(({ id }) => id)).toEqual(['b', 'c'])
  })
})
