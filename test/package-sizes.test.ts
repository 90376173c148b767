// A budget for each package that test/install-size.test.ts does not install: its files with all that npm adds to them, as they
// stand in this repository.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closureOf } from './installed/closure-of.js'

const packages = join(import.meta.dirname, '../packages')

const budgets: Readonly<Record<string, number>> = {
  'create-maestro': 25,
  'plugin-ai': 55,
  'plugin-chroma': 20,
  'plugin-db': 25,
  'plugin-langchain': 65,
  'plugin-ollama': 20,
  'plugin-openai': 20,
  'plugin-otel': 22,
  'plugin-synth': 24,
  'plugin-text': 45,
  testkit: 25,
}
/** Those are installed from their tarballs. */
const installed = [
  'cli',
  'core',
  'plugin-ai-sdk',
  'plugin-bullmq',
  'plugin-fs',
  'plugin-lance',
  'plugin-local',
  'plugin-table',
]

/** The bytes of a file or a folder, without the dependencies in it. */
function bytesIn(path: string): number {
  const about = statSync(path, { throwIfNoEntry: false })
  if (about?.isDirectory() !== true) return about?.size ?? 0
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
}

const sizes = new Map<string, number>()

function sizeOf(folder: string, files: readonly string[] = ['']): number {
  // Of the packages of this repository, only the published files count.
  const parts = folder.startsWith(packages) ? files.filter((file) => !file.startsWith('!')) : ['']
  const size = sizes.get(folder) ?? parts.reduce((sum, part) => sum + bytesIn(join(folder, part)), 0)
  sizes.set(folder, size)
  return size
}

test('every package has a budget', () => {
  expect([...Object.keys(budgets), ...installed].sort()).toEqual(readdirSync(packages).sort())
})

test.each(Object.entries(budgets))('%s with its dependencies takes at most %d MB', (name, megabytes) => {
  const closure = closureOf([join(packages, name)])
  const size = [...closure].reduce((sum, [folder, { files }]) => sum + sizeOf(folder, files), 0) / 1e6
  expect(size).toBeGreaterThan(1)
  expect(size).toBeLessThan(megabytes)
})
