import { expectTypeOf, test } from 'vitest'
import { type ChatPrompt, chatPrompt } from './chat-prompt.js'
import { pipeline } from './pipeline.js'
import { type PromptTemplate, prompt } from './prompt.js'

test('variables are read from the template', () => {
  expectTypeOf(prompt('{{a}} {b} {{ c.d }} \\{{e}} {{f}}')).toEqualTypeOf<PromptTemplate<'a' | 'c' | 'f'>>()
  expectTypeOf(prompt('{{\n a\t}} {{b .c}}')).toEqualTypeOf<PromptTemplate<'a' | 'b'>>()
  expectTypeOf(prompt('no variable')).toEqualTypeOf<PromptTemplate<never>>()
  expectTypeOf(prompt('{{a}}', { system: 'You are {{role}}' })).toEqualTypeOf<PromptTemplate<'a' | 'role'>>()
})

test('of a chat from all its turns', () => {
  const chat = chatPrompt([
    { role: 'system', content: 'You sort {{things}}' },
    { role: 'user', content: 'a \\{{literal}}' },
    { role: 'assistant', content: '{"topic":"files"}' },
    { role: 'user', content: '{{text}} of {{author.name}}' },
  ])
  expectTypeOf(chat).toEqualTypeOf<ChatPrompt<'things' | 'text' | 'author'>>()
  // @ts-expect-error there is no such role
  chatPrompt([{ role: 'tool', content: '' }])
})

test('values are asked for by name when a prompt is filled by hand', () => {
  prompt('{{a}} {{b}}').format({ a: 1, b: 'x' })
  // @ts-expect-error a missing value
  prompt('{{a}} {{b}}').format({ a: 1 })
  // @ts-expect-error a misspelt one
  prompt('{{a}}').format({ aa: 1 })
})

test('a step takes a prompt whose variables are columns, any number of them', () => {
  const rows = pipeline('x').from([{ id: 1, text: 'a', user: { name: 'Ann' } }])
  rows.step('test.generate', { prompt: prompt('nothing of the row'), output: 'x' })
  rows.step('test.generate', { prompt: prompt('{{id}} {{text}} {{user.name}}'), output: 'x' })
  rows.step('test.generate', { prompt: chatPrompt([{ role: 'user', content: '{{text}}' }]), output: 'x' })
  // @ts-expect-error the column is `user`; `name` is within it
  rows.step('test.generate', { prompt: prompt('{{name}}'), output: 'x' })
  // @ts-expect-error in one turn of several
  rows.step('test.generate', { prompt: chatPrompt([{ role: 'user', content: '{{text}} {{txt}}' }]), output: 'x' })
  // What is only known at run time is checked when the plan is made.
  const turns: { role: 'user'; content: string }[] = []
  rows.step('test.generate', { prompt: chatPrompt(turns), output: 'x' })
})
