import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the test runner of Node reports each case of a suite', async () => {
  const path = join(import.meta.dirname, '../__fixtures__/node-test/right-and-wrong.js')
  const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
    // A test that runs in a test of Node would report to that one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    execFile(process.execPath, ['--test', '--test-reporter=tap', path], { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    )
  })
  expect(code, stdout).toBe(1)
  expect(stdout).toMatch(/^ *ok \d+ - a right operator$/m)
  expect(stdout).toMatch(/^ *not ok \d+ - a wrong operator$/m)
  expect(stdout).toMatch(/^ *not ok \d+ - values of all kinds are processed as declared/m)
  expect(stdout).toContain('not tested of a right operator: it accepts an empty input (to see it printed)')
})
