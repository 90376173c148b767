import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { temporaryProject } from '../__fixtures__/temporary-project.js'

const { path, project } = temporaryProject()

/** MAESTRO_LONG_TESTS takes the rows of a whole sheet. */
const rows = process.env.MAESTRO_LONG_TESTS === undefined ? 50_000 : 1_048_575

function writeRows(name: string, count: number): void {
  const file = openSync(path(name), 'w')
  for (let row = 0; row < count; ) {
    let text = ''
    for (const end = Math.min(count, row + 1000); row < end; row++)
      text += `{"id":"r${row}","text":"lorem ipsum ${row} dolor sit amet 漢字","n":${row / 7},"ok":${row % 2 === 0}}\n`
    writeSync(file, text)
  }
  closeSync(file)
}

/** Copies files one after the other in a process of its own. @returns the rows of each, and the peak of the memory in MB */
function copyAlone(...ways: readonly string[]): { readonly counts: readonly number[]; readonly peak: number } {
  const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
  writeFileSync(
    path('copy.mjs'),
    `import { pipeline } from ${here('@maestro-dataflow/core')}
     import { maestro } from ${here('@maestro-dataflow/core/runtime')}
     import fs from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../../lib/index.js`).href)}
     const project = maestro({ plugins: [fs], directory: process.cwd(), logLevel: 'silent' })
     const ways = ${JSON.stringify(ways)}
     const counts = []
     for (let index = 1; index < ways.length; index++) {
       const copy = pipeline('copy').read('fs.file', { path: ways[index - 1] }).write('fs.file', { path: ways[index] })
       counts.push((await project.run(copy)).counts.rowsOut)
     }
     console.log(JSON.stringify({ counts, peak: process.resourceUsage().maxRSS / 1024 }))`,
  )
  const options = { cwd: path(''), encoding: 'utf8' } as const
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-old-space-size=192', 'copy.mjs'], options)
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return JSON.parse(stdout)
}

test(`a sheet of ${rows} rows is written and read in little memory`, { timeout: 900_000 }, async () => {
  writeRows('in.jsonl', rows)
  writeRows('few.jsonl', rows / 10)
  const few = copyAlone('few.jsonl', 'few.xlsx', 'few.out.jsonl')
  const many = copyAlone('in.jsonl', 'out.xlsx', 'out.jsonl')
  expect(few.counts).toEqual([Math.floor(rows / 10), Math.floor(rows / 10)])
  expect(many.counts).toEqual([rows, rows])
  // Ten times as many rows, all of which would take more than a gigabyte as a tree of cells.
  expect(many.peak).toBeLessThan(400)
  expect(many.peak).toBeLessThan(few.peak * 2)
  const last: Row[] = []
  for await (const row of project().rows(pipeline('p').read('fs.file', { path: 'out.xlsx' }))) last[0] = row
  const n = rows - 1
  expect(last).toEqual([{ id: `r${n}`, text: `lorem ipsum ${n} dolor sit amet 漢字`, n: n / 7, ok: n % 2 === 0 }])
})

test('nothing is at the path of a workbook until all of its rows are written', async () => {
  let seen = 0
  const written = pipeline('p')
    .from(Array.from({ length: 3000 }, (_, n) => ({ n }) as Row))
    .map((row) => {
      // Another process would find the file by this name too.
      if (existsSync(path('out.xlsx'))) throw new Error('the workbook is visible')
      seen++
      return row
    })
    .write('fs.file', { path: 'out.xlsx' })
  await project().run(written)
  expect([seen, existsSync(path('out.xlsx'))]).toEqual([3000, true])
})
