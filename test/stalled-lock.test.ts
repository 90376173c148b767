// A process that lives, does nothing, and holds the lock of a SQLite file costs its successor a bounded time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from '@maestro-dataflow/core'
import { installFailpoints, maestro, setPartitionSize } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { Folder } from './durability/folder.js'

afterEach(() => installFailpoints(undefined))

/** Has another process lock a file and then stand still. @returns a function that ends it */
async function stalled(path: string): Promise<() => Promise<void>> {
  const code = `const { DatabaseSync } = require('node:sqlite')
    new DatabaseSync(${JSON.stringify(path)}).exec('BEGIN IMMEDIATE')
    console.log('held')
    setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  if (process.platform !== 'win32') holder.kill('SIGSTOP')
  return async () => {
    holder.kill('SIGKILL')
    await once(holder, 'exit')
  }
}

test.each(['run', 'partition'] as const)('with commit: %s', async (commit) => {
  const folder = new Folder()
  onTestFinished(setPartitionSize({ rows: 5, milliseconds: 1e9 }))
  const path = join(folder.path, 'rows.db')
  writeFileSync(join(folder.path, 'rows.jsonl'), Array.from({ length: 20 }, (_, id) => `{"id":${id}}\n`).join(''))
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY)')
  database.close()
  const connection = { client: 'sqlite', path: 'rows.db' } as const
  const writing = pipeline('rows')
    .read('fs.file', { path: 'rows.jsonl', columns: { id: 'integer' } })
    .map((row) => row, { columns: {} })
    .write('db.table', { connection, table: 'rows', mode: 'append', commit, timeouts: { lock: 300 } })
  const run = async (signal?: AbortSignal) => {
    const project = maestro({ directory: folder.path, plugins: [db, fs], logLevel: 'silent' })
    try {
      const [unfinished] = await project.unfinishedRuns()
      const resume = unfinished === undefined ? {} : { resume: { run: unfinished.runId } }
      return await project.run(writing, { ...resume, ...(signal === undefined ? {} : { signal }) })
    } finally {
      await project.dispose()
    }
  }
  const stop = new AbortController()
  let passed = 0
  installFailpoints((place) => {
    if (place === 'progress-renamed' && ++passed === 2) stop.abort()
  })
  await expect(run(stop.signal)).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  const end = await stalled(path)
  await expect(run()).rejects.toMatchObject({
    code: 'MAESTRO_DB_LOCKED',
    message: expect.stringMatching(/was locked for 300 ms/),
    hint: expect.stringContaining('timeouts.lock'),
  })
  await end()
  await run()
  const after = new DatabaseSync(path)
  expect(
    after
      .prepare('SELECT id FROM rows ORDER BY rowid')
      .all()
      .map(({ id }) => id),
  ).toEqual(Array.from({ length: 20 }, (_, id) => id))
  after.close()
})
