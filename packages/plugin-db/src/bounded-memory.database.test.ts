import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from './__fixtures__/databases.js'

const rows = 400_000

describe.each(databases)('%s', (name) => {
  const { connection, folder, sql } = temporaryDatabase(name)

  /** 200 MB in rows of 500 bytes, made by the database itself. */
  async function makeRows(): Promise<void> {
    await sql('CREATE TABLE many (id INTEGER PRIMARY KEY, text VARCHAR(500), n INTEGER)')
    const numbers = {
      sqlite: `WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${rows}) SELECT n, printf('%0480d', n), n % 7 FROM s`,
      postgres: `SELECT n, lpad(n::text, 480, '0'), n % 7 FROM generate_series(1, ${rows}) AS n`,
      mariadb: `SELECT seq, lpad(seq, 480, '0'), seq % 7 FROM seq_1_to_${rows}`,
    }[name]
    await sql(`INSERT INTO many ${numbers}`)
  }

  test('a table that is larger than the memory is read, in both modes', { timeout: 300_000 }, async () => {
    await makeRows()
    const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
    writeFileSync(
      join(folder, 'read.mjs'),
      `import { pipeline } from ${here('@maestro-dataflow/core')}
       import { maestro } from ${here('@maestro-dataflow/core/runtime')}
       import db from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../lib/index.js`).href)}
       const project = maestro({ plugins: [db], directory: process.cwd(), logLevel: 'silent' })
       const connection = ${JSON.stringify(connection)}
       const counts = []
       for (const method of ['snapshot', 'keyset']) {
         let count = 0
         await project.runTo(pipeline(method).read('db.table', { connection, table: 'many', method }), {
           write: ({ rows }) => { count += rows.length },
         })
         counts.push(count)
       }
       console.log(JSON.stringify({ counts, peak: process.resourceUsage().maxRSS / 1024 }))`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=100', 'read.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    const { counts, peak } = JSON.parse(stdout)
    expect(counts).toEqual([rows, rows])
    expect(peak).toBeLessThan(300)
  })
})
