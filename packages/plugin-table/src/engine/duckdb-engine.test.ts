import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DuckDBEngine } from './duckdb-engine.js'

test('a stop that comes before the statement has begun stops it too', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'in.jsonl')
  writeFileSync(path, Array.from({ length: 200_000 }, (_, n) => `{"n":${n}}\n`).join(''))
  const stop = new AbortController()
  const running = new DuckDBEngine().execute({
    input: [{ path, format: 'rows', idPrefix: '' }],
    columns: { columns: { n: 'number' }, open: false },
    statements: [{ kind: 'filter', where: "md5(repeat('x', 100000 + cast(n as bigint))) = ''" }],
    output: { path: join(directory, 'out.jsonl'), format: 'rows' },
    reject: () => undefined,
    signal: stop.signal,
    directory,
  })
  // The engine is still connecting.
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
})

test('the rows that have been read are reported while a statement runs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'in.jsonl')
  const lines = 150_000
  writeFileSync(path, Array.from({ length: lines }, (_, n) => `{"n":${n},"text":"${'x'.repeat(100)}"}\n`).join(''))
  const seen: number[] = []
  const counts = await new DuckDBEngine({ threads: 1 }).execute({
    input: [{ path, format: 'rows', idPrefix: '' }],
    columns: { columns: { n: 'number', text: 'string' }, open: false },
    statements: [{ kind: 'filter', where: "length(repeat(md5(text || n), 50)) > 0 AND md5(repeat(text, 4)) <> ''" }],
    output: { path: join(directory, 'out.jsonl'), format: 'rows' },
    reject: () => undefined,
    read: (rows) => seen.push(rows),
    signal: new AbortController().signal,
    directory,
  })
  expect(counts.rowsOut).toBe(lines)
  expect(seen.length).toBeGreaterThan(0)
  expect(seen).toEqual(seen.toSorted((one, other) => one - other))
  expect(seen.at(-1)).toBeLessThan(lines * 1.1)
})

test.each([
  "length(repeat('x', 3000000000)) > 1",
  "regexp_matches(t, repeat('x', 3000000000))",
  "strftime(current_date, lpad('x', 3000000000, 'y')) = t",
  'len(range(3000000000)) > 1',
  "list_contains(list_transform(range(3000000000), lambda i: i * 2), 1) or t = ''",
  "list_reduce(list_transform(range(60), lambda i: 'x'), lambda a, b: a || a) = t",
])('checking does not compute %s', async (where) => {
  const engine = new DuckDBEngine()
  onTestFinished(() => engine.dispose())
  const before = process.resourceUsage().maxRSS
  const { faults } = await engine.prepare([{ kind: 'filter', where }], { columns: { t: 'string' }, open: false })
  for (const fault of faults) expect(fault.message).toContain('1000000 characters')
  // In KiB.
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(300_000)
})

test.each(['/*'.repeat(5000), `${'a or '.repeat(30_000)}a`])(
  'an expression that parses for long is a fault: %.10s',
  async (where) => {
    const engine = new DuckDBEngine()
    onTestFinished(() => engine.dispose())
    const { faults } = await engine.prepare([{ kind: 'filter', where }], { columns: { a: 'boolean' }, open: false })
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(/more than 100 comments|longer than 100000/),
    ])
    expect(faults[0]?.message.length).toBeLessThan(400)
  },
)

test('a check that takes too long is a fault of the plan', async () => {
  const engine = new DuckDBEngine({}, 5000)
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort())
  onTestFinished(async () => {
    timeout.mockRestore()
    await engine.dispose()
  })
  const { faults } = await engine.prepare([{ kind: 'filter', where: 'n > 1' }], {
    columns: { n: 'number' },
    open: false,
  })
  expect(timeout).toHaveBeenCalledWith(5000)
  expect(faults.map(({ code }) => code)).toEqual(['MAESTRO_TABLE_CHECK_TIME'])
})
