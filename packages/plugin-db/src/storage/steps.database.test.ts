import { type Batch, MapOperator, type OperatorContext, type Row } from '@maestro-dataflow/core'
import { DataProcessor, Pipeline } from '@maestro-dataflow/core/compat'
import { describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from '../__fixtures__/databases.js'
import { DBStorage, type DBStorageOptions } from './database-storage.js'

class Add extends MapOperator {
  readonly #value: number

  constructor(value: number) {
    super()
    this.#value = value
  }

  override map(row: Row, _context: OperatorContext): Row {
    if (row.n === 'bad') throw new TypeError('bad')
    return { ...row, n: Number(row.n) + this.#value }
  }
}

const batch = (rows: Row[]): Batch => ({ ids: rows.map((_, index) => `r${index}`), rows })

describe.each(databases)('%s', (name) => {
  const { connection, folder, sql, newTable, quote } = temporaryDatabase(name)
  let names = 0
  const open = (options: Partial<DBStorageOptions> = {}) =>
    DBStorage.open({ connection, directory: folder, name: `steps ${++names}`, ...options })

  /** The tables of steps that there are. */
  async function tables(prefix: string): Promise<readonly string[]> {
    const from = name === 'sqlite' ? "sqlite_master WHERE type = 'table'" : 'information_schema.tables WHERE 1 = 1'
    const column = name === 'sqlite' ? 'name' : 'table_name'
    const rows = await sql(`SELECT ${column} AS name FROM ${from} AND ${column} LIKE '${prefix}%'`)
    return rows.map((row) => String(row.name))
  }

  async function input(): Promise<string> {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id VARCHAR(9) PRIMARY KEY, n INTEGER)`)
    await sql(`INSERT INTO ${table} VALUES ('00123', 1), ('NA', 2)`)
    return table
  }

  test('operators in a row: each reads the step before and writes the next; the input stays', async () => {
    const table = await input()
    const storage = await open({ input: { table } })
    expect(storage.operatorStep).toBe(0)
    const first = await new Add(10).run(storage)
    expect(first).toMatchObject({ rows: 2, rowsIn: 2, rejected: [] })
    await new Add(100).run(storage)
    expect(storage.operatorStep).toBe(2)
    expect(await storage.rows()).toEqual([
      { id: '00123', n: 111 },
      { id: 'NA', n: 112 },
    ])
    expect(await sql(`SELECT n FROM ${table} ORDER BY n`)).toEqual([{ n: 1 }, { n: 2 }])
  })

  test("the seed's Pipeline and DataProcessor work on it", async () => {
    const storage = await open({
      input: { query: 'SELECT 3 AS n UNION ALL SELECT 1 UNION ALL SELECT :n', params: { n: 2 } } as never,
    })
    await new Pipeline(storage).addOperator(new Add(1)).addOperator(new Add(1), 'again').run()
    await new DataProcessor(storage)
      .filter((row) => row.n !== 4)
      .sortValues('n')
      .run()
    expect((await storage.rows()).map(({ n }) => n)).toEqual([3, 5])
  })

  test('a step is a real table, with a column of its type for each of the rows', async () => {
    const storage = await open({ name: 'real table' })
    await storage.write([batch([{ text: 'a', n: 1.5, yes: true, at: new Date(0), 'odd "name"': 'x' }])])
    const [table] = await tables('real_table_step_1')
    const rows = await sql(`SELECT maestro_id, text, n, ${quote('odd "name"')} AS odd FROM ${table}`)
    expect(rows).toEqual([{ maestro_id: 'r0', text: 'a', n: 1.5, odd: 'x' }])
  })

  test('several names exist side by side, and each can be continued, restarted, and cleared', async () => {
    const [one, two] = [await open({ name: 'side one' }), await open({ name: 'side two', keep: 'latest' })]
    for (const storage of [one, two]) for (let step = 1; step <= 3; step++) await storage.write([batch([{ step }])])
    expect((await tables('side_one_step')).length).toBe(3)
    expect((await tables('side_two_step')).length).toBe(1)
    expect((await open({ name: 'side one' })).operatorStep).toBe(3)
    const again = await open({ name: 'side one', steps: 'restart' })
    expect(again.operatorStep).toBe(0)
    expect((await open({ name: 'side one' })).operatorStep).toBe(3)
    await again.write([batch([{ step: 'new' }])])
    expect(again.operatorStep).toBe(1)
    expect(await (await open({ name: 'side one' })).rows()).toEqual([{ step: 'new' }])
    expect((await tables('side_one_step')).length).toBe(1)
    await two.clear()
    expect(two.operatorStep).toBe(0)
    expect(await tables('side_two_step')).toEqual([])
    expect(await (await open({ name: 'side one' })).rows()).toEqual([{ step: 'new' }])
  })

  test('steps of another input are not taken for these', async () => {
    const table = await input()
    await new Add(1).run(await open({ name: 'stale', input: { table } }))
    const stale = { code: 'MAESTRO_DB_STEPS_STALE' }
    expect(await failure(open({ name: 'stale' }))).toMatchObject(stale)
    expect(await failure(open({ name: 'stale', input: { table, columns: ['n'] } }))).toMatchObject(stale)
    expect((await open({ name: 'stale', input: { table }, steps: 'restart' })).operatorStep).toBe(0)
  })

  test('rows of the input that cannot be read are reported', async () => {
    const table = await input()
    const storage = await open({ input: { table, columns: { n: 'boolean' } } })
    expect((await storage.rows()).length).toBe(1)
    expect(storage.rejected.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('2 is not a valid boolean'),
    ])
  })

  test('writers of one name in several places follow each other', async () => {
    const all = await Promise.all([1, 2, 3].map(() => open({ name: 'shared' })))
    await Promise.all(all.map((storage, writer) => storage.write([batch([{ writer }])])))
    const later = await open({ name: 'shared' })
    expect(later.operatorStep).toBe(3)
    expect((await tables('shared_step')).length).toBe(3)
  })

  test('a failed write keeps the earlier step, and leaves no table', async () => {
    const storage = await open({ name: 'failing' })
    await storage.write([batch([{ n: 1 }])])
    async function* rows() {
      yield batch([{ n: 2 }])
      throw new RangeError('stopped')
    }
    await expect(storage.write(rows())).rejects.toThrow(RangeError)
    expect(await tables('failing_step')).toHaveLength(1)
    expect(await storage.rows()).toEqual([{ n: 1 }])
  })

  test('wrong options are errors that do not show the address', async () => {
    const error = await failure(DBStorage.open({ connection: 'oracle://me:hush-hush@host', name: '' }))
    expect(error).toMatchObject({ code: 'MAESTRO_DB_STORAGE_OPTIONS' })
    expect(JSON.stringify(error)).not.toContain('hush-hush')
  })
})
