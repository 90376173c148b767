import { expect, test } from 'vitest'
import { plainStyle } from '../terminal/style.js'
import { checkDisk, checkMemory, checkNode, checkSpace } from './check-machine.js'
import { renderChecks } from './render-checks.js'

test.each([
  ['24.21.0', 'ok'],
  ['22.18.0', 'ok'],
  ['22.17.1', 'fail'],
  ['20.19.0', 'fail'],
  ['23.1.0', 'warn'],
])('Node.js %s: %s', (version, status) => {
  expect(checkNode(version).status).toBe(status)
})

test('little memory is worth a look, and one core is said in the singular', () => {
  expect(checkMemory(4, 8e9, 6e9)).toMatchObject({
    status: 'ok',
    message: '4 cores, 8.0 GB of memory, 6.0 GB of it free',
  })
  expect(checkMemory(1, 1e9, 1e8)).toMatchObject({ status: 'warn', message: expect.stringContaining('1 core,') })
})

test('a disk that is nearly full fails', async () => {
  expect([2e9, 5e8, 1e7].map((free) => checkSpace(free, '/x').status)).toEqual(['ok', 'warn', 'fail'])
  expect((await checkDisk(import.meta.dirname)).message).toMatch(/^\d+\.\d GB free at /)
})

test('each check has a line, and below it an instruction', () => {
  const text = renderChecks(
    [
      { name: 'a', status: 'ok', message: 'fine' },
      { name: 'long name', status: 'fail', message: 'broken:\n  - here', hint: 'Mend it.\nThen again.' },
    ],
    plainStyle,
  )
  expect(text).toBe(`ok    a          fine
fail  long name  broken:
        - here
      Mend it.
      Then again.

1 ok, 0 to look at, 1 failed
`)
})
