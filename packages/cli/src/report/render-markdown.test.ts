import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { findRun, maestro, overviewOf } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { renderMarkdown } from './render-markdown.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-markdown-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('texts of rows stay texts in the comment of a pull request: no cell ends, and nothing is loaded or mentioned', async () => {
  const attack = 'a\\| b | ![x](http://example.com/pixel) <img src=x> &lt;b> `c` @everybody'
  const project = maestro({ plugins: [fs], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })
  await project.run(
    pipeline('rows')
      .from([{ n: 1 }, { n: 2 }])
      .map((row) => {
        if (row.n === 2) throw new Error(attack)
        return row
      })
      .write('fs.file', { path: 'out.jsonl' }),
  )
  await project.dispose()
  const text = renderMarkdown(overviewOf(await findRun(join(folder, '.maestro'))))
  const line = text.split('\n').find((one) => one.includes('everybody')) ?? ''
  expect(line).toContain(
    'a\\\\\\| b \\| !\\[x\\](http://example.com/pixel) &lt;img src=x> &amp;lt;b> \\`c\\` &#64;everybody',
  )
  // What ends a cell is a bar behind an even number of backslashes.
  expect(line.match(/(?<!\\)(\\\\)*\|/g)).toHaveLength(6)
})
