import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'
import { LocalFile } from './places/local/local-file.js'
import { readBytes } from './read-bytes.js'
import { readJsonl } from './read-jsonl.js'

const { path } = temporaryProject()

test('rows of a file that is read in many pieces keep their lines and texts, beside blank and broken ones', async () => {
  const text = (n: number) => (n % 3 === 0 ? '漢字'.repeat(n % 50) : 'x'.repeat(n % 700))
  const lines = Array.from({ length: 4000 }, (_, n) => {
    if (n % 997 === 0) return Buffer.from('  ')
    if (n % 499 === 0) return Buffer.from([0x7b, 0xff, 0x7d])
    // One line is longer than the pieces and the chunks in which the file is read.
    return Buffer.from(JSON.stringify({ n, text: n === 2000 ? 'y'.repeat(700_000) : text(n) }))
  })
  writeFileSync(path('in.jsonl'), Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
  const file = new LocalFile(path('in.jsonl'))
  const found = new Map<string, unknown>()
  const rejected: string[] = []
  for await (const { ids, rows, rejects = [] } of readJsonl(readBytes(file, undefined, undefined, 0, true), 'f')) {
    for (const [index, id] of ids.entries()) found.set(id, rows[index])
    rejected.push(...rejects.map(({ id }) => id))
  }
  const isBlank = (n: number) => n % 997 === 0
  const isBroken = (n: number) => !isBlank(n) && n % 499 === 0
  const numbers = lines.map((_, n) => n)
  expect(rejected).toEqual(numbers.filter(isBroken).map((n) => `f:${n + 1}`))
  expect([...found]).toEqual(
    numbers
      .filter((n) => !isBlank(n) && !isBroken(n))
      .map((n) => [`f:${n + 1}`, { n, text: n === 2000 ? 'y'.repeat(700_000) : text(n) }]),
  )
})

/** The number of times that this process has a file open; only Linux tells. */
const timesOpen = (file: string) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    const link = `/proc/self/fd/${fd}`
    return existsSync(link) && readlinkSync(link) === file
  }).length

if (existsSync('/proc/self/fd'))
  test('a file that is left early is closed', async () => {
    writeFileSync(path('long.jsonl'), '{"n":1}\n'.repeat(200_000))
    const rows = readJsonl(readBytes(new LocalFile(path('long.jsonl')), undefined, undefined, 0, true), 'f')
    expect((await rows.next()).value?.ids[0]).toBe('f:1')
    expect(timesOpen(path('long.jsonl'))).toBe(1)
    await rows.return(undefined)
    expect(timesOpen(path('long.jsonl'))).toBe(0)
  })
