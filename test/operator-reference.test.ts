import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operatorReference, operatorReferencePath } from './operator-reference.js'

test('docs/operator-reference.md is what `npm run docs` makes of manifests, schemas, prompts and types', async () => {
  const page = await operatorReference()
  expect(readFileSync(operatorReferencePath, 'utf8')).toBe(page)
  const undocumented = page.split('\n').filter((line) => /^\| `.*\|\s*\|$/.test(line))
  expect(undocumented, 'options that no comment tells of').toEqual([])
})
