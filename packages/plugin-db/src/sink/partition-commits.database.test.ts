import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MaestroError, pipeline, type Row, type RunReport } from '@maestro-dataflow/core'
import { installFailpoints, setPartitionSize } from '@maestro-dataflow/core/runtime'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { databases, failure, temporaryDatabase } from '../__fixtures__/databases.js'
import { withSession } from '../connection/open-session.js'
import { connectionSettings } from '../connection/resolve-connection.js'
import { PartitionReceipt } from './partition-receipt.js'
import { Receipts } from './receipts.js'

const count = 13
/** The table has this row already, so the database refuses it. */
const taken = 6
/** The function refuses this row. */
const faulty = 9
/** The places of commits. */
const counted = /^(partition|progress|sink)-/

let restoreSize: () => void

beforeAll(() => {
  restoreSize = setPartitionSize({ rows: 5, milliseconds: 1e9 })
})
afterAll(() => restoreSize())
afterEach(() => installFailpoints(undefined))

describe.each(databases)('%s', (name) => {
  const { connection, sql, newTable, project, folder } = temporaryDatabase(name)

  interface Writing {
    readonly table: string
    readonly mode?: 'append' | 'upsert'
    readonly text?: (id: number) => string
    readonly rows?: number
    readonly seen?: number[]
  }

  /** Adds rows to a table, partition by partition; a second stage reads them too. */
  const adding = ({ table, mode = 'append', text = (id) => `row ${id}`, rows = count, seen = [] }: Writing) =>
    pipeline('adding')
      .from(Array.from({ length: rows }, (_, id) => ({ id })))
      .map(
        ({ id }) => {
          if (id === faulty) throw new Error('it is faulty')
          seen.push(id)
          return { id, text: text(id) }
        },
        { id: 'make', version: text(0) },
      )
      .write('db.table', { connection, table, mode, key: 'id', commit: 'partition' }, { id: 'target' })

  const prepared = async () => {
    const table = newTable()
    await sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, text VARCHAR(20))`)
    await sql(`INSERT INTO ${table} (id, text) VALUES (${taken}, 'before')`)
    return table
  }

  const contentOf = (table: string): Promise<Row[]> => sql(`SELECT id, text FROM ${table} ORDER BY id`)
  const outcomeOf = ({ counts, rejects, sinks, directory }: RunReport) => ({
    counts,
    rejects: rejects.map(({ step, code, rows }) => ({ step, code, rows })),
    sinks: sinks.map(({ rows }) => rows),
    lines: readFileSync(join(directory ?? '', 'rejects.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id)
      .sort(),
  })

  /** Ends a run at a named place that it passes for the n-th time. @returns its id if it has not finished */
  async function stoppedAt(nth: number, writing: ReturnType<typeof adding>, resume?: string) {
    let passed = 0
    let place = ''
    installFailpoints((at) => {
      if (!counted.test(at) || ++passed < nth) return
      place ||= at
      throw new Error('the process ends')
    })
    const options = resume === undefined ? {} : { resume: { run: resume } }
    const outcome = await project()
      .run(writing, options)
      .catch((error: MaestroError) => error)
    installFailpoints(undefined)
    const run = outcome instanceof MaestroError ? (outcome as { report?: RunReport }).report?.runId : undefined
    return { place, run: run ?? resume, report: outcome instanceof MaestroError ? undefined : outcome }
  }

  test('a run that ends at any named place goes on behind the rows of the table, and adds none twice', async () => {
    const whole = await prepared()
    const places: string[] = []
    installFailpoints((place) => {
      if (counted.test(place)) places.push(place)
    })
    const expected = outcomeOf(await project().run(adding({ table: whole })))
    installFailpoints(undefined)
    expect(expected).toMatchObject({ sinks: [count - 2], counts: { rejected: 2 } })
    const content = await contentOf(whole)
    expect(content).toHaveLength(count - 1)
    const decisive = ['partition-prepared', 'partition-settled', 'progress-renamed', 'sink-committed']
    // What differs between databases is whether their transaction has ended.
    const stops = name === 'sqlite' ? places.keys() : decisive.map((place) => places.indexOf(place))
    for (const stop of stops) {
      const table = await prepared()
      const seen: number[] = []
      const { run } = await stoppedAt(stop + 1, adding({ table, seen }))
      const before = (await contentOf(table)).length - 1
      const where = `stopped at ${places[stop]}, ${stop}`
      const again = await project().run(adding({ table, seen }), { resume: { run: run ?? '' } })
      expect(await contentOf(table), where).toEqual(content)
      expect(outcomeOf(again), where).toEqual(expected)
      // The rows of committed partitions are not computed again.
      expect(seen.length, where).toBeLessThanOrEqual(2 * (count - 1) - Math.floor((before + 2) / 5) * 5 + 2)
    }
    expect(await sql(`SELECT * FROM maestro_receipts WHERE holder <> ''`)).toEqual([])
  })

  if (name === 'sqlite')
    test('a run that is stopped again and again goes on each time', async () => {
      const table = await prepared()
      let { run, report } = await stoppedAt(5, adding({ table }))
      let stops = 1
      for (; report === undefined; stops++) {
        expect(run).toBeDefined()
        ;({ run, report } = await stoppedAt(3 + stops, adding({ table }), run))
      }
      expect(stops).toBeGreaterThan(3)
      expect((await contentOf(table)).map(({ id }) => Number(id))).toEqual(
        Array.from({ length: count }, (_, id) => id).filter((id) => id !== faulty),
      )
    })

  test('rows of committed partitions are visible while the run goes on, and stay if it fails', async () => {
    const table = newTable()
    const visible = () => sql(`SELECT id FROM ${table}`).catch(() => [])
    const error = await failure(
      project().run(
        pipeline('failing')
          .from(Array.from({ length: 12 }, (_, id) => ({ id })))
          .map(
            async (row) => {
              if (row.id < 11) return row
              while ((await visible()).length < 10) await sleep(5)
              throw new Error('the end')
            },
            { onError: 'fail' },
          )
          .write('db.table', { connection, table, mode: 'append', commit: 'partition' }),
      ),
    )
    expect(error.message).toContain('the end')
    expect(await visible()).toHaveLength(10)
  })

  test('rows that would differ from those that were committed are refused', async () => {
    const table = await prepared()
    const { run } = await stoppedAt(7, adding({ table }))
    expect((await contentOf(table)).length).toBeGreaterThan(1)
    const changed = adding({ table, text: (id) => `other ${id}` })
    const error = await failure(project().run(changed, { resume: { run: run ?? '' } }))
    expect(error.code).toBe('MAESTRO_RUN_SINK_UNSETTLED')
    // With the function of before, the run goes on.
    await project().run(adding({ table }), { resume: { run: run ?? '' } })
    expect(await contentOf(table)).toHaveLength(count - 1)
  })

  if (name === 'sqlite')
    test('the rows of a finished stage go on behind those that its sink has committed', async () => {
      const table = newTable()
      const seen: number[] = []
      const texts: unknown[] = []
      const whole = (fails: boolean) =>
        adding({ table, seen }).map(
          (row) => {
            if (fails) throw new Error('not yet')
            texts.push(row.text)
            return row
          },
          { id: 'later', version: String(fails) },
        )
      const outcome = await failure(project().run(whole(true)))
      expect(outcome).toMatchObject({ details: { reason: expect.stringContaining('not yet') } })
      expect(await contentOf(table)).toHaveLength(9)
      const run = (outcome as { report?: RunReport }).report?.runId ?? ''
      const { counts, sinks } = await project().run(whole(false), { resume: { run } })
      expect(await contentOf(table)).toHaveLength(count - 1)
      expect([seen.length, texts.length]).toEqual([count - 1, count - 1])
      expect({ rejected: counts.rejected, sinks: sinks.map(({ rows }) => rows) }).toEqual({
        rejected: 1,
        sinks: [count - 1],
      })
    })

  // In a file, nobody else writes while the process has its transaction.
  if (name !== 'sqlite')
    test('a process that has lost the run commits no further partition', async () => {
      const table = await prepared()
      const error = await failure(
        project().run(
          pipeline('lost')
            .from(Array.from({ length: 12 }, (_, id) => ({ id: id + 100 })))
            .map(async (row) => {
              if (row.id !== 106) return row
              const held = () => sql(`SELECT run, sink FROM maestro_receipts WHERE run LIKE '%lost%' AND row_count = 5`)
              let [receipt] = await held()
              for (; receipt === undefined; [receipt] = await held()) await sleep(5)
              // Another process resumes the run.
              const settings = connectionSettings({ connection }, { directory: folder, allowOutside: false })
              const name = { run: String(receipt.run), sink: String(receipt.sink) }
              await withSession(settings, (session) => PartitionReceipt.take(session, new Receipts(undefined), name))
              return row
            })
            .write('db.table', { connection, table, mode: 'append', key: 'id', commit: 'partition' }),
        ),
      )
      expect(error.code).toBe('MAESTRO_DB_TAKEN_OVER')
      expect(await contentOf(table)).toHaveLength(6)
    })

  test('only one output of a pipeline can commit its partitions in transactions, and it must add rows', async () => {
    const table = newTable()
    const rows = pipeline('two').from([{ id: 1 }])
    const options = { connection, table, mode: 'append', key: 'id', commit: 'partition' } as const
    const both = await failure(
      project().run(rows.write('db.table', options).write('db.table', { ...options, table: newTable() })),
    )
    expect(both.code).toBe('MAESTRO_PIPELINE_PARTITION_SINKS')
    const replacing = await failure(project().run(rows.write('db.table', { ...options, mode: 'overwrite' })))
    expect(replacing.message).toContain("needs `mode: 'append'` or `mode: 'upsert'`")
  })
})
