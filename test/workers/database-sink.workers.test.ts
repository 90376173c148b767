// Rows of workers that are appended to a table of a database: whoever ends, each is there once.
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { startPostgres } from '../servers/postgres.ts'
import { urlOf } from './url-of.ts'
import { WorkersProject } from './workers-project.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one()
})

test('a worker and the run are killed, and each row is appended once', async () => {
  const server = await startPostgres()
  if (server === undefined) throw new Error('PostgreSQL is not installed: run .ci/install-databases')
  cleanUp.push(server.stop)
  const url = urlOf(server)
  const client = new pg.Client(url)
  await client.connect()
  cleanUp.push(() => client.end())
  // Nothing but the receipts of the sink keeps a row from being there twice.
  await client.query('CREATE TABLE done (n integer, twice integer)')
  const plugins = ['bullmq', 'db', 'fs'].map((name) => `@maestro-dataflow/plugin-${name}`)
  const made = new WorkersProject(url, { lease: '2s' }, plugins)
  cleanUp.push(() => made.remove())
  made.input(200)
  made.write(
    'pipelines/work.js',
    `import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { pipeline } from '@maestro-dataflow/core'
const held = process.env.RAN + '.held'
const begun = () => readFileSync(process.env.RAN, 'utf8').split('\\n').length - 1
const isHeld = () => existsSync(held) && begun() > Number(readFileSync(held, 'utf8'))
export default pipeline('work').read('fs.file', { path: 'in.jsonl', key: 'id', columns: { id: 'string', n: 'integer' } })
  .map(async (row) => {
    appendFileSync(process.env.RAN, row.id + ' ' + process.pid + '\\n')
    do await new Promise((resolve) => setTimeout(resolve, 20))
    while (isHeld())
    return { n: row.n, twice: row.n * 2 }
  })
  .write('db.table', { connection: ${JSON.stringify(url)}, table: 'done', mode: 'append' })
`,
  )
  made.worker()
  made.worker()
  made.hold(0)
  const run = made.run()
  const [killed] = await made.untilRanBy(2)
  if (killed === undefined) throw new Error('no worker has run a row')
  process.kill(killed, 'SIGKILL')
  made.hold(120)
  await made.untilRan(120)
  await made.kill(run)
  made.release()
  const { code, stdout, stderr } = await made.run('resume', '--json').finished
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).counts).toMatchObject({ rowsIn: 200, rowsOut: 200, rejected: 0 })
  const { rows } = await client.query('SELECT n, twice FROM done ORDER BY n')
  expect(rows).toEqual(Array.from({ length: 200 }, (_, n) => ({ n, twice: 2 * n })))
})
