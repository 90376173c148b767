import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as suites from '../node.js'
import * as vitestSuites from '../vitest.js'

/** Runs a file with the test runner of Node. */
async function nodeTest(file: string, ...options: readonly string[]) {
  const path = join(import.meta.dirname, '../__fixtures__/node-test', file)
  return new Promise<{ code: unknown; stdout: string }>((resolve) => {
    // A test that runs in a test of Node would report to that one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    execFile(process.execPath, ['--test', '--test-reporter=tap', ...options, path], { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    )
  })
}

test('the test runner of Node reports each case of a suite', async () => {
  const { code, stdout } = await nodeTest('right-and-wrong.js')
  expect(code, stdout).toBe(1)
  expect(stdout).toMatch(/^ *ok \d+ - a right operator$/m)
  expect(stdout).toMatch(/^ *not ok \d+ - a wrong operator$/m)
  expect(stdout).toMatch(/^ *not ok \d+ - values of all kinds are processed as declared/m)
  expect(stdout).toContain('not tested of a right operator: it accepts an empty input (to see it printed)')
})

/** One quick case of each suite, which a right part passes and a broken one fails. */
const cases: Readonly<Record<string, string>> = {
  describeLLMServing: 'says what it can do',
  describeLLMReplies: 'JSON in thoughts is not an answer',
  describeEmbeddingReplies: 'vectors in another order are read',
  describeEmbeddingServing: 'all vectors have the declared length',
  describeRerankServing: 'gives one score for each document, in their order',
  describeTranscriptionServing: 'returns the text of the speech',
  describeResponseCache: 'an unknown key has no answer',
  describeSharedLimits: 'without limits, all calls are granted',
  describeVectorStore: 'ids with any characters are distinguished',
  describeRowStorage: 'begins at step 0, without rows',
  describeOperator: 'it processes the sample rows',
  describeSource: 'a run reads it without an error',
  describeSink: 'reports how many rows it wrote, and where',
  describeStorage: 'writing: reports how many rows it wrote, and where',
  describeExecutor: 'has a name',
  describeTableEngine: 'has a name',
  describePrompt: 'names its variables, and has a version',
  describeObserver: 'taps a hook',
  describePlugin: 'prefixes its contributions with its name: plugin.thing',
}

test('each suite runs with the test runner of Node, and tells a right part from a broken one', async () => {
  expect(Object.keys({ ...cases, describeSuite: '' }).toSorted()).toEqual(Object.keys(suites).toSorted())
  expect(Object.keys(suites).toSorted()).toEqual(Object.keys(vitestSuites).toSorted())
  const patterns = [...new Set(Object.values(cases))].map((name) => `--test-name-pattern=^${name}$`)
  const { code, stdout } = await nodeTest('each-suite.js', ...patterns)
  expect(code, stdout).toBe(1)
  // What plays the replies of servers is a part of the suite; right ones are tested in the packages of their servings.
  const right = Object.keys(cases).filter((name) => !name.endsWith('Replies'))
  const lines = stdout.split('\n').map((line) => line.trim().replace(/^(not ok|ok) \d+/, '$1'))
  for (const name of right) expect(lines, stdout).toContain(`ok - right ${name}`)
  for (const name of Object.keys(cases)) expect(lines, stdout).toContain(`not ok - broken ${name}`)
})
