import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { extractTarMember } from './tar-member.js'

const content = Buffer.from('weights '.repeat(30_000))
const long = `package/${'deep-folder-name/'.repeat(12)}model.bin`
let folder = ''
let target = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-tar-'))
  target = join(folder, 'target')
  for (const name of ['package/package.json', 'package/model.bin', 'package/empty', long]) {
    await mkdir(join(folder, dirname(name)), { recursive: true })
    await writeFile(join(folder, name), name.endsWith('.bin') ? content : name.endsWith('json') ? '{}' : '')
  }
  for (const format of ['ustar', 'pax'])
    execFileSync('tar', ['--format', format, '-czf', `${format}.tgz`, 'package'], { cwd: folder })
  execFileSync('tar', ['--format', 'ustar', '-czf', 'one.tgz', 'package/model.bin'], { cwd: folder })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('extractTarMember', () => {
  test.each([
    ['ustar', 'package/model.bin'],
    ['ustar', long],
    ['pax', 'package/model.bin'],
    ['pax', long],
  ])('takes a file out of an archive of the format %s', async (format, member) => {
    await extractTarMember(join(folder, `${format}.tgz`), member, target)
    expect((await readFile(target)).equals(content)).toBe(true)
  })

  test('an empty file', async () => {
    await extractTarMember(join(folder, 'ustar.tgz'), 'package/empty', target)
    expect(await readFile(target)).toHaveLength(0)
  })

  test('a tar that ends within the file is a clear error', async () => {
    const cut = join(folder, 'cut.tgz')
    await writeFile(cut, gzipSync(gunzipSync(await readFile(join(folder, 'one.tgz'))).subarray(0, 100_000)))
    await expect(extractTarMember(cut, 'package/model.bin', target)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_ARCHIVE',
      details: { reason: 'it is cut off' },
    })
  })

  test.each([
    ['a member that is not in it', (whole: Buffer) => whole, 'package/other', 'package/other is not in it'],
    ['an archive that was cut off', (whole: Buffer) => whole.subarray(0, 200), 'package/zzz', ''],
    ['a text', () => gzipSync('<html>no such package</html>'.repeat(100)), 'x', 'it is not a tar archive'],
    ['what is not packed', () => Buffer.from('<html>'), 'x', ''],
  ])('%s is a clear error', async (_, change, member, reason) => {
    const broken = join(folder, 'broken.tgz')
    await writeFile(broken, change(await readFile(join(folder, 'ustar.tgz'))))
    await expect(extractTarMember(broken, member, target)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_ARCHIVE',
      message: expect.stringContaining(reason),
    })
  })
})
