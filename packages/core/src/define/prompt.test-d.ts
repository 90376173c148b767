import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type ChatPrompt, chatPrompt } from './chat-prompt.js'
import { defineOperator } from './define-operator.js'
import { type FewShotPrompt, fewShotPrompt } from './few-shot-prompt.js'
import { promptOption } from './options/references.js'
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

test('of the parts of a turn, be they texts or media', () => {
  const chat = chatPrompt([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is {{thing}}?' },
        { type: 'image', from: '{{photo}}' },
        { type: 'audio', from: '{{ item.sound }}', mediaType: 'audio/wav' },
        { type: 'image', data: 'logo.png' },
      ],
    },
    { role: 'assistant', content: '{{answer}}' },
  ])
  expectTypeOf(chat).toEqualTypeOf<ChatPrompt<'thing' | 'photo' | 'item' | 'answer'>>()
  // @ts-expect-error an image comes from a variable or is given
  chatPrompt([{ role: 'user', content: [{ type: 'image' }] }])
  // @ts-expect-error there is no such part
  chatPrompt([{ role: 'user', content: [{ type: 'video', from: '{{film}}' }] }])
})

test('of a prompt with examples: those of the system message and the question', () => {
  const one = fewShotPrompt({
    system: 'You are {{role}}',
    user: '{{text}}',
    examples: [
      { input: 'Great', output: 'good' },
      { input: { text: 'Bad' }, output: { tone: 'bad' } },
    ],
  })
  expectTypeOf(one).toEqualTypeOf<FewShotPrompt<'role' | 'text'>>()
  // @ts-expect-error an example without an answer
  fewShotPrompt({ user: '{{text}}', examples: [{ input: 'Great' }] })
  // @ts-expect-error an example for another question
  fewShotPrompt({ user: '{{text}}', examples: [{ input: { txt: 'Great' }, output: 'good' }] })
})

test('rows as examples have the columns of the question and of the answer', () => {
  const rows = [{ id: 1, title: 'A', text: 'B', tone: 'good' }]
  const shown = fewShotPrompt({ user: '{{title}}: {{text}}', answer: '{{tone}}', examples: rows })
  expectTypeOf(shown).toEqualTypeOf<FewShotPrompt<'title' | 'text'>>()
  // @ts-expect-error they have no such column for the answer
  fewShotPrompt({ user: '{{title}}', answer: '{{stars}}', examples: rows })
  // @ts-expect-error nor for the question
  fewShotPrompt({ user: '{{titel}}', answer: '{{tone}}', examples: rows })
})

test('values are asked for by name when a prompt is filled by hand', () => {
  prompt('{{a}} {{b}}').format({ a: 1, b: 'x' })
  // @ts-expect-error a missing value
  prompt('{{a}} {{b}}').format({ a: 1 })
  // @ts-expect-error a misspelt one
  prompt('{{a}}').format({ aa: 1 })
})

const generate = defineOperator({
  name: 'generate',
  kind: 'map',
  options: { prompt: promptOption(), output: z.string() },
  adds: { '{output}': 'string' },
  create: () => (row) => row,
})

test('a step takes a prompt whose variables are columns, any number of them', () => {
  const rows = pipeline('x').from([{ id: 1, text: 'a', user: { name: 'Ann' } }])
  rows.step(generate, { prompt: prompt('nothing of the row'), output: 'x' })
  rows.step(generate, { prompt: prompt('{{id}} {{text}} {{user.name}}'), output: 'x' })
  rows.step(generate, { prompt: chatPrompt([{ role: 'user', content: '{{text}}' }]), output: 'x' })
  // @ts-expect-error the column is `user`; `name` is within it
  rows.step(generate, { prompt: prompt('{{name}}'), output: 'x' })
  // @ts-expect-error in one turn of several
  rows.step(generate, { prompt: chatPrompt([{ role: 'user', content: '{{text}} {{txt}}' }]), output: 'x' })
  const photo = chatPrompt([{ role: 'user', content: [{ type: 'image', from: '{{foto}}' }] }])
  // @ts-expect-error in an image of a turn
  rows.step(generate, { prompt: photo, output: 'x' })
  // @ts-expect-error in the question of a prompt with examples
  rows.step(generate, { prompt: fewShotPrompt({ user: '{{txt}}', examples: [] }), output: 'x' })
  // What is only known at run time is checked when the plan is made.
  const turns: { role: 'user'; content: string }[] = []
  rows.step(generate, { prompt: chatPrompt(turns), output: 'x' })
})
