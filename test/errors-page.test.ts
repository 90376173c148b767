import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { coreErrors } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { errorsPage, errorsPagePath } from './errors-page.js'

test('docs/errors.md matches the error tables', async () => {
  const page = await errorsPage()
  for (const code of Object.keys(coreErrors)) expect(page).toContain(`### ${code}\n`)
  expect(readFileSync(errorsPagePath, 'utf8')).toBe(page)
})

test('every table of errors is exported by its package, so that its codes are on the page', () => {
  const packages = join(import.meta.dirname, '../packages')
  const sources = globSync('*/src/**/*.ts', { cwd: packages }).filter((path) => !path.includes('.test'))
  const codes = sources.flatMap((path) =>
    Array.from(readFileSync(join(packages, path), 'utf8').matchAll(/^ {2}(MAESTRO_\w+): \{$/gm), ([, code]) => code),
  )
  expect(codes.length).toBeGreaterThan(60)
  const page = readFileSync(errorsPagePath, 'utf8')
  expect(codes.filter((code) => !page.includes(`### ${code}\n`))).toEqual([])
})
