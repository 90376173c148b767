// The rows of a file through functions: node rows.js INPUT OUTPUT kept|bare. `kept` is a run with everything that makes it
// resumable; `bare` takes the rows of the same pipeline in code, and keeps nothing.
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'

const [input = '', output = '', kind = 'kept'] = process.argv.slice(2)
const stateDirectory = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins: [fs], stateDirectory, allowOutsidePaths: true, logLevel: 'silent' })
const columns = { id: 'string', user: 'string', stars: 'number', price: 'number', day: 'string', text: 'string' }
const rows = pipeline('rows')
  .read('fs.file', { path: input, columns })
  .map((row) => ({ ...row, length: row.text.length }))
  .filter((row) => row.stars > 1)
if (kind === 'kept') await project.run(rows.write('fs.file', { path: output, mode: 'overwrite' }))
else {
  const file = createWriteStream(output, { highWaterMark: 1 << 20 })
  await project.runTo(rows, {
    async write(batch) {
      if (!file.write(batch.rows.map((row) => `${JSON.stringify(row)}\n`).join(''))) await once(file, 'drain')
    },
  })
  file.end()
  await once(file, 'finish')
}
await project.dispose()
rmSync(stateDirectory, { recursive: true, force: true })
