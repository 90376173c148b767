// Runs the first step of some projects, changes a file of each, and prints what a resumption would do with the step:
// node changed-code.js '[{"folder":...,"path":...,"text":...}]'. A test runner would change the text of the modules.
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openProject } from '@maestro-dataflow/core/runtime'

for (const { folder, path, text } of JSON.parse(process.argv[2] ?? '')) {
  const first = openProject({ cwd: folder })
  await first.run('orders', { until: 'first' })
  await first.dispose()
  writeFileSync(join(folder, path), text)
  const second = openProject({ cwd: folder })
  const [unfinished] = await second.unfinishedRuns()
  const [decision] = await second.stagesToReuse('orders', { run: unfinished?.runId ?? '' })
  await second.dispose()
  writeSync(1, `decided ${decision?.receipt === undefined ? decision?.reason : 'reused'}\n`)
}
