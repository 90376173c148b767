import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
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
})
