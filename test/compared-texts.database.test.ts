// Types of databases that are texts in rows: a plan says where a step compares them by their letters.
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import db from '@maestro-dataflow/plugin-db'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { expect, test } from 'vitest'
import { databases, temporaryDatabase } from '../packages/plugin-db/src/__fixtures__/databases.js'

const types: Readonly<
  Record<(typeof databases)[number], readonly (readonly [type: string, shown: string | undefined])[]>
> = {
  sqlite: [['TEXT', undefined]],
  postgres: [
    ['interval', 'interval'],
    ['timetz', 'timetz'],
    ['inet', 'inet'],
    ['int4range', 'int4range'],
    ['moods', 'an enum or another type of the database itself'],
    ['time', undefined],
    ['uuid', undefined],
    ['money', undefined],
    ['numeric', undefined],
    ['text', undefined],
  ],
  mariadb: [
    ['TIME', 'TIME'],
    ["ENUM('z', 'a')", 'ENUM'],
    ["SET('z', 'a')", 'SET'],
    ['DECIMAL(10, 2)', undefined],
    ['VARCHAR(20)', undefined],
  ],
}

for (const name of databases) {
  const { sql, newTable, connection, folder } = temporaryDatabase(name)

  test.each(types[name])(
    `${name}: a sort by a column of the type %s, read as a table and by a query`,
    async (type, shown) => {
      if (type === 'moods') await sql("CREATE TYPE moods AS ENUM ('z', 'a')")
      const source = newTable()
      await sql(`CREATE TABLE ${source} (id INTEGER PRIMARY KEY, v ${type})`)
      const project = maestro({ plugins: [db, fs, table], directory: folder, logLevel: 'silent' })
      const sorted = (columns?: { id: 'integer'; v: 'string' }) => [
        pipeline('p').read('db.table', { connection, table: source, ...(columns === undefined ? {} : { columns }) }),
        pipeline('p').read('db.query', {
          connection,
          query: `SELECT id, v FROM ${source}`,
          ...(columns === undefined ? {} : { columns }),
        }),
      ]
      for (const begun of sorted()) {
        const { warnings } = await project.plan(
          begun
            .step('table.rename', { columns: { v: 'value' } })
            .step('table.sort', { by: [{ column: 'value' }] }, { id: 'sort' })
            .write('fs.file', { path: 'out.jsonl' }),
        )
        const told = warnings.filter(({ step }) => step === 'sort').map(({ message }) => message)
        expect(told).toEqual(
          shown === undefined
            ? []
            : [expect.stringContaining(`"value" by its text, but its type where it comes from is ${shown},`)],
        )
      }
      // Who declares a text has asked for one.
      for (const begun of sorted({ id: 'integer', v: 'string' })) {
        const { warnings } = await project.plan(
          begun.step('table.sort', { by: [{ column: 'v' }] }, { id: 'sort' }).write('fs.file', { path: 'out.jsonl' }),
        )
        expect(warnings.filter(({ step }) => step === 'sort')).toEqual([])
      }
      await project.dispose()
    },
  )
}
