import { expect, test } from 'vitest'
import { retirementWarning } from './retirement.js'

const today = Date.parse('2026-11-29')
const warning = (retires?: string) => retirementWarning('The model', retires, today)

test('a model that retires within 90 days, or has retired, is named with the day', () => {
  expect(warning('2026-12-31')).toContain('will be retired by its provider on 2026-12-31')
  expect(warning('2026-11-29')).toContain('was retired')
  expect(warning('2026-01-01')).toContain('was retired')
})

test('a model that retires later, never, or on a day that cannot be read is not', () => {
  expect([warning('2027-12-31'), warning(), warning('soon')]).toEqual([undefined, undefined, undefined])
})
