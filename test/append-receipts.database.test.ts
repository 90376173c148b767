import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunReport } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, temporaryDatabase } from '../packages/plugin-db/src/__fixtures__/databases.js'
import { Folder, settled } from './durability/folder.js'
import { readLines, start } from './durability/process.js'

const rows = 400
/** The table has this row already, so the database refuses it. */
const taken = 3

interface Outcome {
  readonly report: RunReport | undefined
  readonly places: readonly string[]
}

/** Starts or resumes the run in a process, which is killed when it has passed some named places or after a time. */
async function append(options: object, killAfterMs?: number): Promise<Outcome> {
  const places: string[] = []
  const errors: string[] = []
  const child = start(options, 'append-rows.js')
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const report = await readLines(child, (word, rest) => {
    if (word === 'place') places.push(rest)
    if (word === 'error') errors.push(rest)
  })
  clearTimeout(timer)
  expect(errors).toEqual([])
  return { report, places }
}

/** The report of a run that was done when its process was killed. */
function finished(folder: Folder): RunReport | undefined {
  const path = join(folder.path, '.maestro/runs', folder.runs.at(-1) ?? '', 'report.json')
  const report: RunReport | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return report?.status === 'done' ? report : undefined
}

describe.each(databases)('%s', (name) => {
  const database = temporaryDatabase(name)

  /** A folder with rows, and tables that hold one of them. */
  async function prepared(count: number, mode: 'append' | 'upsert') {
    const folder = new Folder()
    const lines = Array.from({ length: rows }, (_, id) => `{"id":${id},"text":"row ${id}"}\n`)
    writeFileSync(join(folder.path, 'rows.jsonl'), lines.join(''))
    const tables = Array.from({ length: count }, () => database.newTable())
    for (const table of tables) {
      await database.sql(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, text VARCHAR(20))`)
      await database.sql(`INSERT INTO ${table} (id, text) VALUES (${taken}, 'before')`)
    }
    const { connection } = database
    const reached =
      connection.client === 'sqlite' ? { ...connection, path: database.path(connection.path) } : connection
    return { folder, tables, options: { folder: folder.path, connection: reached, tables, mode } }
  }

  async function expectWhole({ folder, tables }: Awaited<ReturnType<typeof prepared>>, where: string) {
    for (const table of tables) {
      const found = await database.sql(`SELECT id, text FROM ${table} ORDER BY id`)
      expect(found.length, where).toBe(rows)
      for (const [id, row] of found.entries())
        expect(row, where).toMatchObject({ id, text: id === taken ? 'before' : `row ${id}` })
    }
    const rejects = folder
      .read(join('.maestro/runs', folder.runs.at(-1) ?? '', 'rejects.jsonl'))
      .trim()
      .split('\n')
    expect(rejects.map((line) => JSON.parse(line)).map(({ step }) => step)).toEqual(tables)
  }

  test('an append that ends at any named place of its commit goes on, and adds no row twice', async () => {
    // The outputs to one SQLite file share a transaction.
    const outputs = name === 'sqlite' ? 2 : 1
    const whole = await prepared(outputs, 'append')
    const expected = await append(whole.options)
    await expectWhole(whole, 'undisturbed')
    expect(expected.places.filter((place) => place === 'sink-committed')).toHaveLength(outputs)
    // A run passes more or fewer places before its commit.
    const first = Math.max(2, expected.places.indexOf('sink-state-synced') - 2)
    let kills = 0
    for (let killAt = first; killAt < expected.places.length; killAt++) {
      const where = `killed at ${expected.places[killAt - 1]}, ${killAt}`
      const killed = await prepared(outputs, 'append')
      const { report } = await append({ ...killed.options, killAt })
      // The last places may come after its end.
      const ended = report ?? finished(killed.folder)
      if (ended === undefined) kills++
      const again = ended ?? (await append(killed.options)).report
      expect(again, where).toBeDefined()
      await expectWhole(killed, where)
      const { sinks, rejects, counts } = settled(again as RunReport)
      expect(
        sinks.map((sink) => sink.rows),
        where,
      ).toEqual(Array(outputs).fill(rows - 1))
      expect({ counts, rejects: rejects.map((group) => group.rows) }, where).toEqual({
        counts: expected.report?.counts,
        rejects: expected.report?.rejects.map((group) => group.rows),
      })
    }
    expect(kills).toBeGreaterThan(1)
  })

  test('an append of partitions that is killed again and again at random adds no row twice', async () => {
    const killed = await prepared(1, 'append')
    Object.assign(killed.options, { commit: 'partition' })
    let report: RunReport | undefined
    let kills = -1
    for (; report === undefined; kills++) {
      ;({ report } = await append({ ...killed.options, pauseMs: 60 }, 300 + kills * 200 + Math.random() * 300))
      report ??= finished(killed.folder)
    }
    expect(kills).toBeGreaterThan(0)
    await expectWhole(killed, `${kills} kills`)
  })
})
