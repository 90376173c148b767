import { expect, test } from 'vitest'
import { Operator } from '../contracts/operator.js'
import { Prompt } from '../contracts/prompt.js'
import type { Row } from '../contracts/row.js'
import { MapOperator } from '../operator/map.js'
import { ChatPrompt, chatPrompt } from './chat-prompt.js'
import { PromptTemplate, prompt } from './prompt.js'
import { promptRestrict } from './prompt-restrict.js'

class Generator extends MapOperator {
  map(row: Row): Row {
    return row
  }
}
class Special extends PromptTemplate {}

const template = prompt('{{text}}')
const chat = chatPrompt([{ role: 'user', content: '{{text}}' }])

test('an operator without a restriction takes every prompt', () => {
  expect(new Generator().validatePrompts([template, chat])).toBe(true)
  expect(new Generator().validatePrompts([])).toBe(true)
  expect(Operator.allowedPrompts).toEqual([])
})

test('a restricted operator takes its classes and those that extend them, and names the ones it refuses', () => {
  const Restricted = promptRestrict(PromptTemplate)(class TextGenerator extends Generator {})
  expect(Restricted.allowedPrompts).toEqual([PromptTemplate])
  expect(new Restricted().validatePrompts([template, new Special('x')])).toBe(true)
  expect(() => new Restricted().validatePrompts([template, chat])).toThrow(
    expect.objectContaining({
      code: 'MAESTRO_PROMPT_NOT_ALLOWED',
      details: { operator: 'TextGenerator', prompt: 'ChatPrompt', allowed: ['PromptTemplate'] },
    }),
  )
})

test('several classes, or all by the class that all extend', () => {
  const Both = promptRestrict(Special, ChatPrompt)(class extends Generator {})
  expect(new Both().validatePrompts([new Special('x'), chat])).toBe(true)
  expect(() => new Both().validatePrompts([template])).toThrow('does not accept a PromptTemplate')
  const All = promptRestrict(Prompt)(class extends Generator {})
  expect(new All().validatePrompts([template, chat])).toBe(true)
})

test('it holds for subclasses, which may restrict themselves further; their parent stays as it was', () => {
  const Parent = promptRestrict(PromptTemplate)(class extends Generator {})
  class Child extends Parent {}
  expect(() => new Child().validatePrompts([chat])).toThrow('does not accept a ChatPrompt')
  const Narrow = promptRestrict(Special)(class extends Parent {})
  expect(() => new Narrow().validatePrompts([template])).toThrow('does not accept a PromptTemplate')
  expect(new Parent().validatePrompts([template])).toBe(true)
  expect(Generator.allowedPrompts).toEqual([])
})

test('the last restriction of a class counts', () => {
  const Once = promptRestrict(PromptTemplate)(class extends Generator {})
  const Twice = promptRestrict(ChatPrompt)(Once)
  expect(new Twice().validatePrompts([chat])).toBe(true)
  expect(() => new Twice().validatePrompts([template])).toThrow('does not accept a PromptTemplate')
})
