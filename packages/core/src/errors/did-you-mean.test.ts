import { expect, test } from 'vitest'
import { officialPluginOf } from '../plugins/known-plugins.js'
import { didYouMean } from './did-you-mean.js'

const known = ['fs.file', 'table.filter', 'ai.generate', 'default', 'id']

test.each([
  ['ai.generat', 'ai.generate'],
  ['ai.genreate', 'ai.generate'],
  ['tabel.filter', 'table.filter'],
  ['AI.Generate', 'ai.generate'],
  ['fs.fil', 'fs.file'],
  ['defualt', 'default'],
  ['ib', 'id'],
])('%s is near to %s', (name, meant) => expect(didYouMean(name, known)).toBe(meant))

test.each(['summarise', 'xx', 'x', '', 'table.sort', 'openai.chat'])('nothing is near to "%s"', (name) => {
  expect(didYouMean(name, known)).toBe(undefined)
})

test('the nearest of several names is suggested, and never the name itself', () => {
  expect(didYouMean('cots', ['coats', 'cost', 'cat'])).toBe('coats')
  expect(didYouMean('a.bcd', ['a.bcd'])).toBe(undefined)
  expect(didYouMean('x', [])).toBe(undefined)
})

test('the prefix of a name identifies its official plugin', () => {
  expect(officialPluginOf('openai.chat')).toBe('@maestro-dataflow/plugin-openai')
  expect(officialPluginOf('openai')).toBe(undefined)
  expect(officialPluginOf('toString.x')).toBe(undefined)
  expect(officialPluginOf('acme.chat')).toBe(undefined)
})
