import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'
import type { FileSinkOptions } from './options.js'

const { path, write, project } = temporaryProject()

/** The files of a folder as another process finds them: their names, and the hashes of their contents. */
const look = `
  const { createHash } = require('node:crypto')
  const { existsSync, readdirSync, readFileSync } = require('node:fs')
  const { join } = require('node:path')
  function look(folder) {
    const found = {}
    for (const entry of existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      try {
        found[path] = createHash('sha256').update(readFileSync(path)).digest('hex')
      } catch {
        // It was renamed in the meantime.
      }
    }
    return found
  }
`
type Found = Readonly<Record<string, string>>
const found = (folder: string): Found =>
  JSON.parse(
    execFileSync(process.execPath, ['-e', `${look}; console.log(JSON.stringify(look(process.argv[1])))`, folder], {
      encoding: 'utf8',
    }),
  )

/** Another process that looks at a folder all the time. @returns a function that ends it and gives everything seen */
async function watch(folder: string): Promise<() => Promise<readonly (readonly [string, string])[]>> {
  const program = `${look}
    const seen = new Set()
    const again = () => {
      for (const entry of Object.entries(look(process.argv[1]))) seen.add(JSON.stringify(entry))
    }
    again()
    const timer = setInterval(again, 2)
    process.stderr.write('ready')
    process.stdin.on('end', () => {
      clearInterval(timer)
      console.log('[' + [...seen].join() + ']')
    }).resume()`
  const child = spawn(process.execPath, ['-e', program, folder])
  await once(child.stderr, 'data')
  return async () => {
    child.stdin.end()
    return JSON.parse(await text(child.stdout))
  }
}

const rows = Array.from({ length: 3000 }, (_, n): Row => ({ n, year: `20${n % 3}`, text: `row ${n}` }))

for (const format of ['jsonl', 'jsonl.gz', 'csv', 'parquet', 'arrow', 'xlsx'])
  test.each<[string, Partial<FileSinkOptions<Row>>]>([
    ['a file', {}],
    ['a file in place of another', { mode: 'overwrite' }],
    ['a folder of partitions', { partitionBy: ['year'] }],
  ])(`another process sees nothing of %s of ${format} before it is whole`, { timeout: 60_000 }, async (_, options) => {
    if (options.mode === 'overwrite') write(`out/rows.${format}`, 'what was there')
    const before = found(path('out'))
    const during: Found[] = []
    const watched = await watch(path('out'))
    await project().run(
      pipeline('visible')
        .from(rows)
        .map((row) => {
          if ([0, 1500, 2999].includes(Number(row.n))) during.push(found(path('out')))
          return row
        })
        .write('fs.file', { path: `out/rows.${format}`, ...options }),
    )
    const after = found(path('out'))
    const seen = await watched()
    expect(Object.keys(after)).toHaveLength(options.partitionBy === undefined ? 1 : 3)
    // Other names are those of files that are still written.
    const named = (files: Found) => Object.entries(files).filter(([name]) => name in after)
    expect(during.map(named)).toEqual([before, before, before].map(Object.entries))
    for (const [name, hash] of seen) if (name in after) expect([before[name], after[name]]).toContain(hash)
  })
