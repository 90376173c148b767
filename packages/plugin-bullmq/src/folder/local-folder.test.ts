import { mkdtempSync, rmSync } from 'node:fs'
import { link } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeSharedFolder } from '../__fixtures__/describe-shared-folder.js'
import { LocalFolder } from './local-folder.js'

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original()
  return { ...real, link: vi.fn(real.link) }
})

/** A file server that has made the link, whose answer is lost; asked again, it says that the name is taken. */
async function linkWithLostAnswer(): Promise<void> {
  const { link: real } = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')
  vi.mocked(link).mockImplementationOnce(async (from, to) => {
    await real(from, to)
    throw Object.assign(new Error('EEXIST: file already exists, link'), { code: 'EEXIST' })
  })
}

describe('a folder of a file system', () => {
  const path = mkdtempSync(join(tmpdir(), 'shared-folder-'))
  afterAll(() => rmSync(path, { recursive: true }))
  describeSharedFolder(() => new LocalFolder(path))

  test('a file whose creation is carried out although its answer is lost is of this writer', async () => {
    const folder = new LocalFolder(path)
    await linkWithLostAnswer()
    expect(await folder.create('lost/result.json', 'first')).toBe(true)
    expect(await folder.create('lost/result.json', 'late')).toBe(false)
    expect(await folder.read('lost/result.json')).toBe('first')
  })

  test('the clock of a machine may be wrong: ages are told by the file server', async () => {
    const folder = new LocalFolder(path)
    await folder.write('d/task.json', '')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    onTestFinished(() => void vi.useRealTimers())
    await folder.write('d/me.json', '')
    for (const { age } of await folder.list('d', 'd/me.json')) expect(age).toBeLessThan(60_000)
  })
})
