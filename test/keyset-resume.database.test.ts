import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, maestro, type StageDecision, setPartitionSize } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from '../packages/plugin-db/src/__fixtures__/databases.js'
import { Folder } from './durability/folder.js'

const count = 300

let restoreSize: () => void
beforeEach(() => {
  restoreSize = setPartitionSize({ rows: 70, milliseconds: 1e9 })
})
afterEach(() => {
  installFailpoints(undefined)
  restoreSize()
})

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)
  const { connection } = database
  const reached = connection.client === 'sqlite' ? { ...connection, path: database.path(connection.path) } : connection

  test('a run that reads a table by its key goes on behind the last row, and asks for no row before it', async () => {
    const table = database.newTable()
    await database.sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, text VARCHAR(20))`)
    const values = Array.from({ length: count }, (_, id) => `(${id}, 'row ${id}')`)
    await database.sql(`INSERT INTO ${table} VALUES ${values.join(', ')}`)
    const run = async (folder: Folder) => {
      const seen: number[] = []
      let decision: StageDecision | undefined
      const project = maestro({
        directory: folder.path,
        plugins: [db, fs],
        allowOutsidePaths: true,
        logLevel: 'silent',
      })
      const copying = pipeline('copy')
        .read('db.table', { connection: reached, table, method: 'keyset' })
        .map((row) => {
          seen.push(Number(row.id))
          return row
        })
        .write('fs.file', { path: 'answers.jsonl' })
      const [unfinished] = await project.unfinishedRuns()
      await project.run(copying, {
        ...(unfinished === undefined ? {} : { resume: { run: unfinished.runId } }),
        onResume: ([first]) => {
          decision = first
        },
      })
      await project.dispose()
      return { seen, decision }
    }
    const whole = new Folder()
    const crashes: Folder[] = []
    installFailpoints((place) => {
      if (place === 'progress-renamed') crashes.push(Folder.after(whole.path))
    })
    await run(whole)
    installFailpoints(undefined)
    expect(crashes.length).toBeGreaterThan(2)
    // Committed rows that are gone meanwhile do not matter: they are not read again.
    await database.sql(`DELETE FROM ${table} WHERE id < 10`)
    for (const crashed of crashes) {
      const { seen, decision } = await run(crashed)
      expect(decision?.reason).toBeUndefined()
      expect(seen[0]).toBe(decision?.progress?.input.rows)
      expect(crashed.result()).toEqual(whole.result())
    }
  })
})
