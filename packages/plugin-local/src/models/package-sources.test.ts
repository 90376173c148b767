import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchFromMaven } from './maven-source.js'
import { fetchFromNpm } from './npm-source.js'
import { fetchFromWheel } from './pypi-wheel-source.js'
import { extractTarMember } from './tar-member.js'
import { sha256Of } from './verify-file.js'

// Small packages from the real registries, as the user's own npm, pip and mvn know them.
let folder = ''
let target = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-sources-'))
  target = join(folder, 'file')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const leftPad = { kind: 'npm', package: 'left-pad', version: '1.3.0', member: 'index.js' } as const
const six = { kind: 'pypi-wheel', package: 'six', version: '1.17.0', member: 'six.py' } as const
const slf4j = { kind: 'maven', artifact: 'org.slf4j:slf4j-api:2.0.16', member: 'META-INF/LICENSE.txt' } as const

const hasMaven = spawnSync('mvn', ['--version'], { shell: process.platform === 'win32' }).status === 0
const onCi = process.env.CI === 'true'

describe('package registries as sources of files', () => {
  test('npm: a file of a package, with progress', async () => {
    const seen: number[] = []
    await fetchFromNpm(leftPad, target, { onProgress: (bytes) => seen.push(bytes) })
    expect(await sha256Of(target)).toBe('32641b6b3c2bd800bcc8283205ee27426aed2559f1e8eb7d9377530f62292686')
    expect(seen.at(-1)).toBeGreaterThan(0)
  })

  test('npm: the package as it comes', async () => {
    const { member: _, ...whole } = leftPad
    await fetchFromNpm(whole, target)
    await fetchFromNpm(leftPad, `${target}-member`)
    await extractTarMember(target, 'package/index.js', `${target}-again`)
    expect(await sha256Of(`${target}-again`)).toBe(await sha256Of(`${target}-member`))
  })

  test('PyPI: a file of a wheel', async () => {
    await fetchFromWheel(six, target)
    expect(await sha256Of(target)).toBe('c51c91f703d3d4b3696c923cb5fec213e05e75d9215393befac7f2fa6a3904df')
  })

  test.skipIf(!hasMaven && !onCi)('Maven: a file of a jar', async () => {
    await fetchFromMaven(slf4j, target)
    expect(await sha256Of(target)).toBe('4e7f90c86ab51278228bce153122f1d8df30149d13ce9ef524c8444a84c32dcc')
  })

  test('a version that does not exist: the tool is named with what it said', async () => {
    await expect(fetchFromNpm({ ...leftPad, version: '99.0.0' }, target)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_TOOL',
      details: { tool: 'npm', reason: expect.stringContaining('99.0.0') },
    })
    await expect(fetchFromWheel({ ...six, version: '99.0.0' }, target)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_TOOL',
      details: { reason: expect.stringContaining('99.0.0') },
    })
  })

  test('a file that the package does not have', async () => {
    await expect(fetchFromNpm({ ...leftPad, member: 'weights.bin' }, target)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_ARCHIVE',
      details: { reason: 'package/weights.bin is not in it' },
    })
  })

  test('an abort ends it, and nothing is left of the download', async () => {
    const before = await downloads()
    const stop = new AbortController()
    const fetching = fetchFromNpm(leftPad, target, { signal: stop.signal })
    stop.abort(new RangeError('enough'))
    await expect(fetching).rejects.toThrow('enough')
    expect(await downloads()).toEqual(before)
  })
})

const downloads = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('maestro-model-'))
