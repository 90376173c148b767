import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const text = readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')
const entries: Readonly<Record<string, LockEntry>> = JSON.parse(text).packages

test('the lock file names no place to download from', () => {
  const downloads = Object.entries(entries).filter(([, entry]) => entry.link !== true && entry.resolved !== undefined)
  expect(downloads).toEqual([])
})

test('every build for another system is in the lock file, or npm ci would stop (npm run lock adds them)', () => {
  const missing = Object.entries(entries)
    .filter(([owner]) => owner !== '')
    .flatMap(([owner, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) =>
          entries[`${owner}/node_modules/${name}`] === undefined && entries[`node_modules/${name}`] === undefined,
      ),
    )
  expect(missing).toEqual([])
})
