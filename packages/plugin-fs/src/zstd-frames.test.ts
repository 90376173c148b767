import { constants, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'
import { zstdFrames } from './zstd-frames.js'

const { write, rows } = temporaryProject()

const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
const long = '{"n":1,"text":"the same again and again"}\n'.repeat(20_000)
const frames = [
  zstdCompressSync('{"n":1}\n'),
  zstdCompressSync(long, checksum),
  skippable,
  zstdCompressSync(''),
  zstdCompressSync(`{"n":2,"text":"${Array.from({ length: 40_000 }, (_, n) => (n * 7919) % 9973).join()}"}\n`),
  zstdCompressSync('{"n":3}\n', checksum),
]

test('a file of several frames is read to its end', async () => {
  write('in.jsonl.zst', Buffer.concat(frames))
  const { rows: found, rejects } = await rows({ path: 'in.jsonl.zst' })
  expect(rejects).toEqual([])
  expect(found.length).toBe(20_003)
  expect(found.slice(-2).map(({ n }) => n)).toEqual([2, 3])
})

test.each([1, 7, 1000, 1 << 20])('no chunk goes beyond the end of a frame, in chunks of %i bytes', async (size) => {
  const whole = Buffer.concat(frames)
  async function* chunks() {
    for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
  }
  const ends: number[] = []
  let position = 0
  const gathered: Buffer[] = []
  for await (const chunk of zstdFrames(chunks())) {
    position += chunk.length
    ends.push(position)
    gathered.push(chunk)
  }
  expect(Buffer.concat(gathered).equals(whole)).toBe(true)
  let end = 0
  for (const frame of frames) {
    end += frame.length
    expect(ends).toContain(end)
  }
  if (size > whole.length) expect(ends.length).toBe(frames.length)
})
