// Runs the quickstart's pipeline and shows some of the rows that came out.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const maestro = join(here, '../../packages/cli/bin/maestro.js')
console.log(`Sorting npm packages by topic with SmolLM2-135M, a model in this process: no key, no server.
It is tiny (98 MB): fast, often right, and sure of itself when it is not.
`)
const { status } = spawnSync(process.execPath, [maestro, 'run', 'packages'], { cwd: here, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
const rows = readFileSync(join(here, 'out/packages.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
console.log('\nSome of them:')
for (const { name, topic, description } of rows.filter((_, index) => index % Math.ceil(rows.length / 8) === 0))
  console.log(`  ${topic.padEnd(9)} ${name}: ${description}`.slice(0, 96))
console.log(`
Next:
  change the prompt in examples/quickstart/pipelines/packages.ts, and run npm start again
  look at single rows: cd examples/quickstart && npx maestro preview packages --rows 2
  ask about your own file: npx maestro enrich FILE "In one word, the tone of: {{review}}" --output tone`)
