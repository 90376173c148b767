import { expect, test } from 'vitest'
import { hashOfContent } from './row-hashes.js'

test('a row whose columns have moved has not changed, and one whose values have changed places has', () => {
  const before = hashOfContent({ id: 1, city: 'Lyon', land: 'France' }, undefined)
  expect(hashOfContent({ land: 'France', id: 1, city: 'Lyon' }, undefined)).toEqual(before)
  expect(hashOfContent({ id: 1, city: 'France', land: 'Lyon' }, undefined)).not.toEqual(before)
  expect(hashOfContent({ id: 1, city: 'Lyon', land: 'France', more: null }, undefined)).not.toEqual(before)
})
