import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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
