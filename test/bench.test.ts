import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const names = readdirSync(join(root, 'bench')).flatMap((file) => /^(.*)\.bench\.js$/.exec(file)?.slice(1) ?? [])

// A benchmark itself asserts that its work was done. Here each has to end and to give figures; which ones does not matter.
test.each(names)('the benchmark %s still measures', async (name) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/run.js', name, '--short', '--json'], {
    cwd: root,
    maxBuffer: 2 ** 26,
  })
  const figures: Readonly<Record<string, unknown>> = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  expect(Object.keys(figures).length).toBeGreaterThan(1)
  for (const [key, figure] of Object.entries(figures)) expect(figure, key).toSatisfy(Number.isFinite)
})
