import { readFileSync } from 'node:fs'
import { coreErrors } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { errorsPage, errorsPagePath } from './errors-page.js'

test('docs/errors.md is what `npm run docs` makes of the error tables', async () => {
  const page = await errorsPage()
  for (const code of Object.keys(coreErrors)) expect(page).toContain(`### ${code}\n`)
  expect(readFileSync(errorsPagePath, 'utf8')).toBe(page)
})
