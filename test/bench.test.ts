import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'vitest'

const root = join(import.meta.dirname, '..')
const names = readdirSync(join(root, 'bench')).flatMap((file) => /^(.*)\.bench\.js$/.exec(file)?.slice(1) ?? [])

// A benchmark itself asserts that its work was done. Here each has to end and to give figures; which ones does not matter.
// Some wait most of their time, so several run at once.
test.concurrent.for(names)('the benchmark %s still measures', async (name, { expect, skip }) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/run.js', name, '--short', '--json'], {
    cwd: root,
    maxBuffer: 2 ** 26,
  })
  const figures: Readonly<Record<string, unknown>> = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  // Some need a server that is not installed everywhere; CI has all of them, and there they fail without it.
  skip(process.env.CI !== 'true' && Object.keys(figures).length === 0, 'its servers are not installed')
  expect(Object.keys(figures).length).toBeGreaterThan(1)
  for (const [key, figure] of Object.entries(figures)) expect(figure, key).toSatisfy(Number.isFinite)
})
