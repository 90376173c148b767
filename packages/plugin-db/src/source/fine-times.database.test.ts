import { pipeline, type Row } from '@maestro-dataflow/core'
import { describe, expect, test, vi } from 'vitest'
import { databases, temporaryDatabase } from '../__fixtures__/databases.js'

/* A date in JavaScript has milliseconds, and the times of databases have more digits. */

const types = {
  postgres: ['timestamptz', 'timestamp'],
  mariadb: ['DATETIME(6)', 'TIMESTAMP(6)'],
  sqlite: ['TIMESTAMP'],
} as const
const texts = ['2026-01-02T03:04:05.123456Z', '2026-01-02T03:04:05.123457Z', '2026-01-02T03:04:05.123999Z']
const asText = { at: 'string', n: 'integer' } as const

describe.each(databases)('%s', (name) => {
  const { sql, project, connection, newTable } = temporaryDatabase(name)
  // SQLite has texts in place of times.
  const moments = name === 'sqlite' ? texts : texts.map((text) => text.replace('T', ' ').replace('Z', ''))

  describe.each(types[name])('%s', (type) => {
    const made = async () => {
      const table = newTable()
      await sql(`CREATE TABLE ${table} (at ${type} NOT NULL PRIMARY KEY, n INTEGER)`)
      await sql(`INSERT INTO ${table} VALUES ${moments.map((at, n) => `('${at}', ${n})`).join(', ')}`)
      return table
    }
    const read = async (options: object) => {
      const rows: Row[] = []
      const running = pipeline('p').read('db.table', { connection, ...options } as never)
      const write = ({ rows: some }: { readonly rows: readonly Row[] }) => void rows.push(...some)
      const { counts } = await project({ run: { maxRejects: '100%' }, logLevel: 'warn' }).runTo(running, { write })
      return { rows, counts }
    }

    test.each(['snapshot', 'keyset'])('by %s, rows whose keys become the same date are rejected', async (method) => {
      const { rows, counts } = await read({ table: await made(), key: 'at', method })
      expect(rows).toHaveLength(1)
      expect(counts.rejected).toBe(2)
    })

    test.each(['snapshot', 'keyset'])('by %s, a text has all digits', async (method) => {
      const { rows, counts } = await read({ table: await made(), key: 'at', method, columns: asText })
      expect(rows.map(({ at }) => at)).toEqual(texts)
      expect(counts.rejected).toBe(0)
    })

    test('an update by such texts finds its rows', async () => {
      const [from, to] = [await made(), await made()]
      const changed = pipeline('p')
        .read('db.table', { connection, table: from, key: 'at', columns: asText } as never)
        .map((row: Row) => ({ ...row, n: Number(row.n) + 10 }))
        .write('db.table', { connection, table: to, mode: 'upsert', key: 'at' } as never)
      await project().run(changed as never)
      const { rows } = await read({ table: to, columns: asText })
      expect(rows.map(({ n }) => n)).toEqual([10, 11, 12])
    })

    test('digits that a date omits are one warning, and none where nothing is lost', async () => {
      const warnings: string[] = []
      const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => warnings.push(String(line)) > 0)
      try {
        await read({ table: await made() })
        await read({ table: await made(), columns: asText })
      } finally {
        write.mockRestore()
      }
      expect(warnings.filter((line) => line.includes('beyond milliseconds'))).toHaveLength(1)
      expect(warnings.join('')).toMatch(/column .{1,2}at/)
    })
  })
})
