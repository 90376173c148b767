import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'maestro-heap-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(bytes: number): string {
  const path = join(folder, `${bytes}.jsonl`)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

/** What a process that holds rows, and then only some of them, gives back before a step over a file. */
function givenBack(path: string, held: number): { readonly given: boolean; readonly megabytes: number } {
  const built = pathToFileURL(join(import.meta.dirname, '../../dist/engine/give-back-heap.js')).href
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { giveBackHeapFor } from ${JSON.stringify(built)}
       let rows = Array.from({ length: Math.max(1_500_000, ${held}) }, (_, index) => ({ index, text: 'row ' + index }))
       rows = rows.slice(0, ${held})
       const before = process.memoryUsage().rss
       const given = await giveBackHeapFor([${JSON.stringify(path)}])
       const megabytes = Math.round((before - process.memoryUsage().rss) / 1e6)
       console.log(JSON.stringify({ given, megabytes, kept: rows.length, gc: typeof globalThis.gc }))`,
    ],
    { encoding: 'utf8' },
  )
  const { kept, gc, ...result } = JSON.parse(stdout)
  expect({ kept, gc }).toEqual({ kept: held, gc: 'undefined' })
  return result
}

test('memory that V8 does not need is given back before a step over a large file', () => {
  const { given, megabytes } = givenBack(fileOf(32 << 20), 0)
  expect(given).toBe(true)
  expect(megabytes).toBeGreaterThan(80)
})

test('a step over a small file, and a process that holds much, give nothing back', () => {
  expect(givenBack(fileOf(1000), 0).given).toBe(false)
  expect(givenBack(fileOf(32 << 20), 4_000_000).given).toBe(false)
  expect(givenBack(join(folder, 'missing.jsonl'), 0).given).toBe(false)
})
