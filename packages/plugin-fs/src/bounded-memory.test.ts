import { spawnSync } from 'node:child_process'
import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'

const { path } = temporaryProject()

/** More than 200 MB, in rows of 2 KB. */
function writeBigFile(): number {
  const file = openSync(path('in.jsonl'), 'w')
  let rows = 0
  while (rows < 100_000) {
    let text = ''
    for (const end = rows + 1000; rows < end; rows++)
      text += `{"id":"r${rows}","text":"${'lorem ipsum, "dolor" sit 漢字 '.repeat(62).replaceAll('"', '\\"')}","n":${rows}}\n`
    writeSync(file, text)
  }
  closeSync(file)
  return rows
}

test('files far larger than the memory allowed stream through', { timeout: 240_000 }, () => {
  const rows = writeBigFile()
  expect(statSync(path('in.jsonl')).size).toBeGreaterThan(200_000_000)
  const here = (specifier: string) => JSON.stringify(import.meta.resolve(specifier))
  writeFileSync(
    path('copy.mjs'),
    `import { pipeline } from ${here('@maestro-dataflow/core')}
     import { maestro } from ${here('@maestro-dataflow/core/runtime')}
     import fs from ${JSON.stringify(pathToFileURL(`${import.meta.dirname}/../lib/index.js`).href)}
     const project = maestro({ plugins: [fs], directory: process.cwd(), logLevel: 'silent' })
     const ways = ['in.jsonl', 'a.json.gz', 'b.csv', 'c.tsv.zst']
     const counts = []
     for (let index = 1; index < ways.length; index++) {
       const copy = pipeline('copy').read('fs.file', { path: ways[index - 1] }).write('fs.file', { path: ways[index] })
       const report = await project.run(copy)
       counts.push(report.counts.rowsOut)
     }
     console.log(JSON.stringify({ counts, peak: process.resourceUsage().maxRSS / 1024 }))`,
  )
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-old-space-size=128', 'copy.mjs'], {
    cwd: path(''),
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  const { counts, peak } = JSON.parse(stdout)
  expect(counts).toEqual([rows, rows, rows])
  // Buffers are not on the heap. A whole file in buffers would show here.
  expect(peak).toBeLessThan(450)
})
