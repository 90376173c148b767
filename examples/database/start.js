// Makes the shop's database, runs the pipeline twice, and shows what it wrote.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { openProject } from '@maestro-dataflow/core/runtime'

const here = import.meta.dirname
const run = (script, ...args) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: here, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
run(join(here, 'make-shop.js'))
for (const time of ['first', 'second']) {
  console.log(`The ${time} run:`)
  run(join(here, '../../packages/cli/bin/maestro.js'), 'run', 'moods')
}
const project = openProject({ cwd: here })
const show = pipeline('show').read('moods', { columns: { id: 'integer', text: 'string', mood: 'string' } })
for await (const row of project.rows(show)) console.log(JSON.stringify(row))
await project.dispose()
