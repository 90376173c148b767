// Runs the quickstart's pipeline and shows some of the rows that came out.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const maestro = join(here, '../../packages/cli/bin/maestro.js')
console.log(
  'Sorting npm packages by topic with SmolLM2-135M, a tiny model in this process. It is fast and often wrong.\n',
)
const { status } = spawnSync(process.execPath, [maestro, 'run', 'packages'], { cwd: here, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
const rows = readFileSync(join(here, 'out/packages.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
console.log('\nSome of them:')
for (const { name, topic, description } of rows.slice(0, 6)) console.log(`  ${topic.padEnd(9)} ${name}: ${description}`)
console.log('\nNext: change the prompt in examples/quickstart/pipelines/packages.ts and run npm start again.')
