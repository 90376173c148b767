import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readLines } from './read-lines.js'

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-lines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'lines')
  writeFileSync(path, content)
  return path
}

test.each([1, 2, 3, 5, 7, 100])('the lines are whole if the file is read in pieces of %i bytes', (bytes) => {
  const path = fileOf('a\nbéé\n\nlonger than most pieces\ncut o')
  expect([...readLines(path, '', bytes)]).toEqual(['a', 'béé', '', 'longer than most pieces'])
  expect([...readLines(path, 'b', bytes)]).toEqual(['béé'])
})

test('a file that is missing or empty has no lines', () => {
  expect([...readLines(fileOf(''))]).toEqual([])
  expect([...readLines(join(tmpdir(), 'maestro-no-such-file'))]).toEqual([])
})

test('a file may be longer than a string can be', () => {
  const path = fileOf('first\n')
  // The file system stores no byte of the gap, which is one line without an end.
  truncateSync(path, 2 ** 29 + 100)
  expect(readLines(path).next().value).toBe('first')
})
