import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failedCases } from '../__fixtures__/failed-cases.js'
import { smallModel } from '../__fixtures__/small-model.js'
import { llmServingSuite } from './llm-serving-suite.js'
import { createSuite } from './suite.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-suite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('omitted cases', () => {
  test('is not run, and kept with its reason', async () => {
    const suite = llmServingSuite(smallModel, { skip: { 'answers fit a JSON schema': 'the model is too small' } })
    expect(suite.leftOut).toEqual([{ name: 'answers fit a JSON schema', reason: 'the model is too small' }])
    expect(suite.cases.map(({ name }) => name)).not.toContain('answers fit a JSON schema')
  })

  test('must be a case', () => {
    const skip = { 'answers fit a JSON shema': 'no' } as object
    expect(() => llmServingSuite(smallModel, { skip, title: 'mine' })).toThrow(
      expect.objectContaining({
        code: 'MAESTRO_TESTKIT_CASE_UNKNOWN',
        message: 'The suite for mine has no case "answers fit a JSON shema" that could be omitted.',
        hint: expect.stringContaining('Did you mean "answers fit a JSON schema"?'),
      }),
    )
  })
})

test('a case that hangs fails, opened resources are closed, and a stray rejection fails its own case', async () => {
  const closed: string[] = []
  const suite = createSuite<string, string>({
    title: 'odd things',
    options: { timeout: 1000 },
    cases: {
      hangs: () => new Promise(() => undefined),
      strays: async () => void Promise.reject(new RangeError('nobody waits')),
      holds: async () => undefined,
    },
    open: async () => 'it',
    close: async (subject) => void closed.push(subject),
  })
  expect(await failedCases(suite)).toEqual(['hangs', 'strays'])
  expect(closed).toEqual(['it'])
})

test('vitest reports each case of a suite: those of a right serving pass, those of a broken one fail', async () => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const root = join(import.meta.dirname, '../__fixtures__/broken-serving')
  const outputFile = join(folder, 'report.json')
  const parameters = [
    vitest,
    'run',
    '--root',
    root,
    '--reporter',
    'default',
    '--reporter',
    'json',
    '--outputFile',
    outputFile,
  ]
  const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, parameters, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
  expect(code, stderr).toBe(1)
  const report = JSON.parse(await readFile(outputFile, 'utf8')) as {
    testResults: { assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[]
  }
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = results.filter(({ status }) => status !== 'passed')
  expect(results.length).toBeGreaterThan(40)
  expect(new Set(failed.map(({ ancestorTitles }) => ancestorTitles.join()))).toEqual(new Set(['a broken serving']))
  expect(failed.map(({ title }) => title)).toContain('answers with a text, its usage, its end and its model')
  expect(stdout + stderr).toContain('not tested of a right serving: answers fit a JSON schema (to see it printed)')
})
