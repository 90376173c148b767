import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

const cities = 'city,people\nLyon,520000\nMainz,220000\n'
const big = {
  name: 'big',
  params: { path: 'cities.csv' },
  read: { use: 'fs.file', path: `\${path}`, columns: ['city', 'people'] },
  write: { use: 'fs.file', path: 'out/big.jsonl' },
}

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': { plugins: ['@maestro-dataflow/plugin-fs'], pipelines: 'pipelines/*' },
    'pipelines/big.json': big,
    'cities.csv': cities,
  })
})
afterEach(() => project.remove())

/** Runs `maestro` with something on its standard input. */
function piped(input: string | Buffer, parameters: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const bin = join(import.meta.dirname, '../bin/maestro.js')
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, ...parameters],
      { cwd: project.folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

const lyon = { city: 'Lyon', people: '520000' }

describe('standard input', () => {
  test.each([
    ['CSV', 'city,people,more\nLyon,520000,x\n', 'city,people\nLyon,520000\n'],
    ['TSV', 'city\tpeople\nLyon\t520000\n', 'city\tpeople\nLyon\t520000\n'],
    ['JSONL', `${JSON.stringify(lyon)}\n${JSON.stringify(lyon)}\n`, `${JSON.stringify(lyon)}\n`.repeat(2)],
    ['JSON', '[\n{"city":"Lyon",\n"people":"520000"}]', `[\n${JSON.stringify(lyon)}\n]\n`],
  ])('%s comes in and goes out, with the report on standard error', async (_, input, expected) => {
    const { code, stdout, stderr } = await piped(input, ['run', 'big', '--set', 'path=-', '--output', '-'])
    expect(stderr).toContain('big: done')
    expect(stdout).toBe(expected)
    expect(code).toBe(0)
  })

  test.each([
    ['nothing', ''],
    ['the same rows', undefined],
    ['other rows', 'n\n9\n'],
  ])('is kept by a run that is killed, which goes on with it if it gets %s', { timeout: 60_000 }, async (_, again) => {
    const killing = `import { pipeline } from '@maestro-dataflow/core'
export default pipeline('killed').read('fs.file', { path: '-', columns: ['n'] })
  .map((row) => { if (process.env.KILL && row.n === '700') process.kill(process.pid, 'SIGKILL'); return row })
  .write('fs.file', { path: 'out/killed.jsonl' })`
    writeFileSync(join(project.folder, 'pipelines/killed.ts'), killing)
    const input = `n\n${Array.from({ length: 1000 }, (_, n) => `${n}\n`).join('')}`
    expect((await piped(input, ['run', 'killed'], { KILL: '1' })).code).not.toBe(0)
    expect(existsSync(join(project.folder, 'out/killed.jsonl'))).toBe(false)
    const { code, stdout } = await piped(again ?? input, ['resume'])
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('wrote 1000 rows') })
    const [run = ''] = readdirSync(join(project.folder, '.maestro/runs'))
    expect(readdirSync(join(project.folder, '.maestro/runs', run))).not.toContain('source')
  })

  test('may be compressed, and becomes a file as any other', async () => {
    const { code, stdout } = await piped(gzipSync(cities), ['run', 'big', '--set', 'path=-'])
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('wrote 2 rows to out/big.jsonl'),
    })
    expect(project.rows('out/big.jsonl')[0]).toEqual(lyon)
  })

  test('leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-streams-'))
    try {
      const { code } = await piped(cities, ['run', 'big', '--set', 'path=-', '--output', '-'], { TMPDIR: folder })
      expect(code).toBe(0)
      expect(readdirSync(folder).filter((name) => name.startsWith('maestro-'))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('is asked for by name when it is a terminal', async () => {
    const { stdout } = await project.onTerminal(['run', 'big', '--set', 'path=-'])
    expect(stdout).toContain('The path "-" stands for standard input, and nothing is passed to it.')
  })
})

describe('standard output', () => {
  test('--json reports on standard error; a limit does not change the place', async () => {
    const { code, stdout, stderr } = await project.maestro('run', 'big', '--output', '-', '--json', '--limit', '1')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(lyon)
    expect(JSON.parse(stderr)).toMatchObject({ status: 'done', sinks: [{ location: 'standard output', rows: 1 }] })
  })

  test('that nobody reads any more does not end the run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-streams-'))
    try {
      // More than a pipe holds.
      project.write('cities.csv', `${cities}${'Lyon,520000\n'.repeat(10_000)}`)
      const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
        const bin = join(import.meta.dirname, '../bin/maestro.js')
        const child = execFile(
          process.execPath,
          [bin, 'run', 'big', '--output', '-'],
          { cwd: project.folder, env: { ...process.env, TMPDIR: folder } },
          (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }),
        )
        child.stdout?.destroy()
      })
      expect(stderr).toContain('big: done')
      expect(code).toBe(0)
      expect(readdirSync(folder).filter((name) => name.startsWith('maestro-'))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('stays empty when the run fails', async () => {
    project.write('cities.csv', 'town\nLyon\n')
    const { code, stdout } = await project.maestro('run', 'big', '--output', '-')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })
})

if (existsSync('/dev/full'))
  test.each([
    ['rows', 'run big --output -', 'standard output cannot be written'],
    ['a plan', 'plan big', 'standard output cannot be written'],
  ])('a full disk behind standard output is an error that says so: %s', async (_, command, expected) => {
    const { code, stderr } = await inShell(`"$NODE" "$BIN" ${command} > /dev/full`)
    expect(stderr).toContain(`MAESTRO_RUN_OUTPUT_UNWRITABLE: ${expected}: ENOSPC`)
    expect(code).toBe(1)
  })

if (process.platform !== 'win32')
  test('a working directory that was removed is an error that says so', async () => {
    const { code, stderr } = await inShell('mkdir gone; cd gone; rmdir ../gone; "$NODE" "$BIN" runs')
    expect(stderr).toContain('MAESTRO_CLI_FOLDER_GONE')
    expect(code).toBe(1)
  })

/** Runs a line of a shell in the project. */
function inShell(line: string) {
  const env = { ...process.env, NODE: process.execPath, BIN: join(import.meta.dirname, '../bin/maestro.js') }
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile('sh', ['-c', line], { cwd: project.folder, env }, (error, _, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    )
  })
}

describe('a URL', () => {
  test.each([
    ['as --output', ['run', 'big', '--output', 'https://127.0.0.1/out.csv'], 'Nothing can be written to https:'],
    ['as a path to read', ['run', 'big', '--set', 'path=https://127.0.0.1/in.csv'], 'on this machine'],
    ['as --to', ['enrich', 'cities.csv', '{{city}}?', '--output', 'x', '--to', 'gs://bucket/x.csv'], 'does not know'],
    ['with one slash', ['run', 'big', '--output', 's3:/bucket/x.csv'], 'does not know'],
    ['as the file of enrich', ['enrich', 'https://127.0.0.1/in.csv', '{{city}}?', '--output', 'x'], 'on this machine'],
  ])('%s is refused, and makes no folder', async (_, parameters, reason) => {
    const { code, stderr } = await project.maestro(...parameters)
    expect(code).toBe(1)
    expect(stderr).toContain(reason)
    expect(['https:', 'gs:', 's3:'].filter((name) => existsSync(join(project.folder, name)))).toEqual([])
  })
})
