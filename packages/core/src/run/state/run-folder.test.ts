import { expect, test } from 'vitest'
import { createRunId } from './run-folder.js'

test('the id of a run holds whole characters of a long name', () => {
  const id = createRunId(`${'a'.repeat(39)}\u{1D538}\u{1D539}`)
  expect(id).toContain(`-${'a'.repeat(39)}\u{1D538}-`)
  expect(id.isWellFormed()).toBe(true)
})
