import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ask, smallPlugin } from '../../__fixtures__/small-plugin.js'
import type { LLMServing } from '../../contracts/serving.js'
import { pipeline } from '../../define/pipeline.js'
import { RunFolder } from '../__fixtures__/run-folder.js'
import { installFailpoints } from '../durability/failpoints.js'

const folder = new RunFolder()
beforeEach(() => {
  // The clock stands still unless a test turns it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  installFailpoints(undefined)
  vi.useRealTimers()
})

/** Notes the files of the project at each commit. */
function filesAtCommits(): string[][] {
  const commits: string[][] = []
  installFailpoints((place) => {
    if (place === 'progress-renamed') commits.push(readdirSync(folder.path, { recursive: true }).map(String).sort())
  })
  return commits
}

test('a step that asks a model commits every three seconds, and no files pile up', async () => {
  const commits = filesAtCommits()
  const rows = 60
  const secondsPerCall = 0.5
  const slow: LLMServing = {
    kind: 'llm',
    name: 'slow',
    identity: { version: 1 },
    capabilities: { jsonSchema: false, images: false, audio: false },
    async generate() {
      vi.advanceTimersByTime(secondsPerCall * 1000)
      return { text: 'yes', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 1 }, cost: 0, model: 'slow' }
    },
  }
  const questions = pipeline('p')
    .from(Array.from({ length: rows }, (_, n) => ({ text: `question ${n}` })))
    .step(ask, {}, { id: 'ask' })
    .write('memory.sink', { name: 'out' })
  const settings = { servings: { default: slow }, cache: false } as const
  await folder.project({ rowsInFlight: 1 }, [smallPlugin().plugin], settings).run(questions)
  expect(folder.rowsOf('out')).toHaveLength(rows)
  const seconds = rows * secondsPerCall
  expect(commits.length).toBeGreaterThanOrEqual(seconds / 3 - 2)
  expect(commits.length).toBeLessThanOrEqual(seconds / 3)
  expect(new Set(commits.map((files) => files.join('\n'))).size).toBe(1)
})

test('a step of functions commits every 200,000 rows, and not before if no time passes', async () => {
  const commits = filesAtCommits()
  const rows = Array.from({ length: 450_000 }, (_, n) => ({ n }))
  await folder.project().run(
    pipeline('p')
      .from(rows)
      .filter((row) => row.n % 1000 === 0)
      .write('memory.sink', { name: 'out' }),
  )
  expect(folder.rowsOf('out')).toHaveLength(450)
  expect(commits).toHaveLength(2)
})
