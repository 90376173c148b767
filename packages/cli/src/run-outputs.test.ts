// A limited run, or a run that loses its rows, must not destroy an existing output.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const cities = 'city,people\nLyon,520000\nMainz,220000\nØrsta,10900\n'
const precious = '{"city":"Rome"}\n'
const read = { use: 'fs.file', path: 'cities.csv', columns: ['city', 'people'] }
const config = {
  plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-table', '@maestro-dataflow/plugin-db'],
  pipelines: 'pipelines/*',
}

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({ 'maestro.config.json': config, 'cities.csv': cities })
})
afterEach(() => project.remove())

function pipeline(write: object, steps: readonly object[] = []): void {
  project.write('pipelines/p.json', { name: 'p', read, steps, write })
}

const outputs = () => readdirSync(join(project.folder, 'out')).toSorted()

describe('a limited run', () => {
  test.each(['overwrite', 'create'] as const)('writes beside the file, in mode %s', async (mode) => {
    pipeline({ use: 'fs.file', path: 'out/cities.jsonl', mode })
    project.write('out/cities.jsonl', precious)
    const { code, stdout } = await project.maestro('run', 'p', '--limit', '2')
    expect(code).toBe(0)
    expect(stdout).toContain('wrote 2 rows to out/cities.limit-2.jsonl')
    expect(stdout).toContain('out/cities.jsonl was left alone, because of --limit')
    // The limited run may overwrite its own file.
    expect((await project.maestro('run', 'p', '--limit', '2')).code).toBe(0)
    expect(project.read('out/cities.jsonl')).toBe(precious)
    expect(project.rows('out/cities.limit-2.jsonl').map(({ city }) => city)).toEqual(['Lyon', 'Mainz'])
    expect(outputs()).toEqual(['cities.jsonl', 'cities.limit-2.jsonl'])
  })

  test('keeps the ending of a compressed file, and writes beside each of several', async () => {
    pipeline([
      { use: 'fs.file', path: 'out/a.csv.gz' },
      { use: 'fs.file', path: 'out/b.jsonl', mode: 'overwrite' },
    ])
    expect((await project.maestro('run', 'p', '--limit', '1')).code).toBe(0)
    expect(outputs()).toEqual(['a.limit-1.csv.gz', 'b.limit-1.jsonl'])
  })

  test('writes beside a file that the config names', async () => {
    project.write('maestro.config.json', {
      ...config,
      storages: { result: { use: 'fs.file', path: 'out/result.jsonl', mode: 'overwrite' } },
    })
    project.write('out/result.jsonl', precious)
    pipeline({ use: 'result' })
    expect((await project.maestro('run', 'p', '--limit', '1')).code).toBe(0)
    expect(project.read('out/result.jsonl')).toBe(precious)
    expect(project.rows('out/result.limit-1.jsonl')).toHaveLength(1)
  })

  test('replaces the file with --overwrite, and writes where --output says', async () => {
    pipeline({ use: 'fs.file', path: 'out/cities.jsonl', mode: 'overwrite' })
    project.write('out/cities.jsonl', precious)
    expect((await project.maestro('run', 'p', '--limit', '1', '--output', 'out/mine.jsonl')).code).toBe(0)
    expect(project.read('out/cities.jsonl')).toBe(precious)
    expect(project.rows('out/mine.jsonl')).toHaveLength(1)
    expect((await project.maestro('run', 'p', '--limit', '1', '--overwrite')).code).toBe(0)
    expect(project.rows('out/cities.jsonl')).toMatchObject([{ city: 'Lyon' }])
    expect(outputs()).toEqual(['cities.jsonl', 'mine.jsonl'])
  })

  test('a table that it would empty is refused before a row is read', { timeout: 120_000 }, async () => {
    const { default: Database } = await import('libsql')
    const rowsOf = () => {
      const database = new Database(join(project.folder, 'shop.db'))
      database.exec('CREATE TABLE IF NOT EXISTS cities (city TEXT, people TEXT)')
      const rows = database.prepare('SELECT city FROM cities').all()
      database.close()
      return rows
    }
    rowsOf()
    const table = { use: 'db.table', connection: 'sqlite:shop.db', table: 'cities' }
    pipeline({ ...table, mode: 'append' })
    expect((await project.maestro('run', 'p')).code).toBe(0)
    pipeline({ ...table, mode: 'overwrite' })
    const { code, stdout, stderr } = await project.maestro('run', 'p', '--limit', '1')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('MAESTRO_CLI_LIMIT_REPLACES')
    expect(rowsOf()).toHaveLength(3)
    expect((await project.maestro('run', 'p', '--limit', '1', '--overwrite')).code).toBe(0)
    expect(rowsOf()).toHaveLength(1)
    // An empty result must not replace existing rows either.
    pipeline({ ...table, mode: 'overwrite' }, [{ use: 'table.filter', where: 'false' }])
    const emptied = await project.maestro('run', 'p')
    expect(emptied.code).toBe(1)
    expect(emptied.stderr).toContain('MAESTRO_RUN_OUTPUT_EMPTIED')
    expect(rowsOf()).toHaveLength(1)
    expect((await project.maestro('run', 'p', '--allow-empty')).code).toBe(0)
    expect(rowsOf()).toHaveLength(0)
  })

  test('a preview writes nothing', async () => {
    pipeline({ use: 'fs.file', path: 'out/cities.jsonl', mode: 'overwrite' })
    project.write('out/cities.jsonl', precious)
    expect((await project.maestro('preview', 'p', '--rows', '1')).code).toBe(0)
    expect(project.read('out/cities.jsonl')).toBe(precious)
    expect(outputs()).toEqual(['cities.jsonl'])
  })

  test('counts no row beyond the limit, also no duplicate', async () => {
    project.write('cities.csv', 'city,people\nLyon,1\nLyon,2\nLyon,3\nMainz,4\nMainz,5\n')
    project.write('pipelines/p.json', {
      name: 'p',
      read: { ...read, key: 'city' },
      write: { use: 'fs.file', path: 'out/p.jsonl' },
    })
    const counts = async (limit: string) =>
      JSON.parse((await project.maestro('run', 'p', '--limit', limit, '--json')).stdout).counts
    expect(await counts('1')).toMatchObject({ rowsIn: 1, rowsOut: 1, rejected: 0 })
    expect(await counts('2')).toMatchObject({ rowsIn: 4, rowsOut: 2, rejected: 2 })
  })
})

describe('a run of which no row is left', () => {
  const nobody = [{ use: 'table.filter', where: "city = 'Nobody'", id: 'nobody' }]

  test('says so loudly, with the step that lost the rows', async () => {
    pipeline({ use: 'fs.file', path: 'out/cities.jsonl' }, nobody)
    const { code, stdout } = await project.maestro('run', 'p')
    expect(code).toBe(0)
    expect(stdout).toContain('NO ROW IS LEFT of 3: nobody dropped 3')
    expect(project.read('out/cities.jsonl')).toBe('')
  })

  test.each(['jsonl', 'csv'])('keeps an output that is there, of the format %s', async (format) => {
    pipeline({ use: 'fs.file', path: `out/cities.${format}`, mode: 'overwrite' }, nobody)
    project.write(`out/cities.${format}`, precious)
    for (const parameters of [
      ['run', 'p'],
      ['run', 'p', '--overwrite'],
    ]) {
      const { code, stdout, stderr } = await project.maestro(...parameters)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain('MAESTRO_RUN_OUTPUT_EMPTIED: 3 rows were read, and none reached')
      expect(stderr).toContain('--allow-empty')
    }
    expect(project.read(`out/cities.${format}`)).toBe(precious)
    expect(outputs()).toEqual([`cities.${format}`])
    expect((await project.maestro('run', 'p', '--allow-empty')).code).toBe(0)
    expect(project.read(`out/cities.${format}`)).not.toContain('Rome')
  })

  test('keeps all outputs when one of several would be emptied; the config may allow it', async () => {
    pipeline(
      [
        { use: 'fs.file', path: 'out/nobody.jsonl', mode: 'overwrite' },
        { use: 'fs.file', path: 'out/all.jsonl', mode: 'overwrite', after: 'source' },
      ],
      nobody,
    )
    project.write('out/nobody.jsonl', precious)
    project.write('out/all.jsonl', precious)
    expect((await project.maestro('run', 'p')).code).toBe(1)
    expect([project.read('out/nobody.jsonl'), project.read('out/all.jsonl')]).toEqual([precious, precious])
    project.write('maestro.config.json', { ...config, run: { allowEmpty: true } })
    expect((await project.maestro('run', 'p')).code).toBe(0)
    expect(project.read('out/nobody.jsonl')).toBe('')
    expect(project.rows('out/all.jsonl')).toHaveLength(3)
  })

  test('an empty source does not empty an output either, and an empty output may be written again', async () => {
    pipeline({ use: 'fs.file', path: 'out/cities.jsonl', mode: 'overwrite' })
    project.write('cities.csv', 'city,people\n')
    project.write('out/cities.jsonl', precious)
    expect((await project.maestro('run', 'p')).code).toBe(1)
    expect(project.read('out/cities.jsonl')).toBe(precious)
    project.write('out/cities.jsonl', '')
    expect((await project.maestro('run', 'p')).code).toBe(0)
    expect(existsSync(join(project.folder, 'out/cities.jsonl'))).toBe(true)
  })
})
