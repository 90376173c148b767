import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeSharedFolder } from '../__fixtures__/describe-shared-folder.js'
import { LocalFolder } from './local-folder.js'

describe('a folder of a file system', () => {
  const path = mkdtempSync(join(tmpdir(), 'shared-folder-'))
  afterAll(() => rmSync(path, { recursive: true }))
  describeSharedFolder(() => new LocalFolder(path))

  test('the clock of a machine may be wrong: ages are told by the file server', async () => {
    const folder = new LocalFolder(path)
    await folder.write('d/task.json', '')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    await folder.write('d/me.json', '')
    for (const { age } of await folder.list('d', 'd/me.json')) expect(age).toBeLessThan(60_000)
  })
})
