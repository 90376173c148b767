import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coreErrors } from './error-table.js'

test('every code of every table is an error of core, and no code is in two tables', async () => {
  const folder = join(import.meta.dirname, 'tables')
  const codes: string[] = []
  for (const name of readdirSync(folder).filter((file) => file.endsWith('-errors.ts'))) {
    const module: Record<string, object> = await import(join(folder, name))
    for (const [key, table] of Object.entries(module)) if (key.endsWith('Errors')) codes.push(...Object.keys(table))
  }
  expect(codes.sort()).toEqual(Object.keys(coreErrors).sort())
})
