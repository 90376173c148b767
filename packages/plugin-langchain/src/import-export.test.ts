import { expect, test } from 'vitest'
import { assertModuleExists } from './import-export.js'

const place = { directory: import.meta.dirname }

test('a module that is not there is named before it is imported', () => {
  expect(() => assertModuleExists({ from: '@langchain/nobody-has-this-one/chat' }, place)).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_LANGCHAIN_PACKAGE_MISSING',
      hint: expect.stringContaining('npm install @langchain/nobody-has-this-one'),
    }),
  )
  expect(() => assertModuleExists({ from: './nobody.js' }, place)).toThrow(
    expect.objectContaining({ code: 'MAESTRO_LANGCHAIN_IMPORT', message: expect.stringContaining('no such file') }),
  )
})

test('a module that is there, one of the runtime, and a model that was created in code are accepted', () => {
  for (const from of ['@langchain/core/messages', './import-export.ts', 'node:fs', 'fs', import.meta.url])
    expect(() => assertModuleExists({ from }, place)).not.toThrow()
  expect(() => assertModuleExists({ model: {} }, place)).not.toThrow()
})
