import { describe, expect, test } from 'vitest'
import { separateThoughts } from './separate-thoughts.js'

describe('thoughts are separated', () => {
  test.each<[text: string, answer: string, reasoning: string]>([
    [
      '<think>{"tone":"good"} would be praise</think>{"tone":"bad"}',
      '{"tone":"bad"}',
      '{"tone":"good"} would be praise',
    ],
    ['{"tone":"good"} would be praise</think>{"tone":"bad"}', '{"tone":"bad"}', '{"tone":"good"} would be praise'],
    ['\n<think>\n\n</think>\n\nbad', 'bad', ''],
    ['<think>still at it', '', 'still at it'],
    ['done thinking\n</think>\n', '', 'done thinking'],
    ['<think>a<think>b</think>c</think>bad', 'bad', 'a<think>b\n\nc'],
    ['<think>a</think>One.\n<think>b</think>\nTwo.', 'One.\n\nTwo.', 'a\n\nb'],
    ['<think>a</think>bad</think>', 'bad', 'a'],
    ['Okay. <think>good?</think> bad', 'Okay.  bad', 'good?'],
    ['bad\n<think>or is it', 'bad', 'or is it'],
    ['<Thinking type="deep">x</THINKING>bad', 'bad', 'x'],
    ['<thought>x</thought>bad', 'bad', 'x'],
    ['<reasoning>x</reasoning>bad', 'bad', 'x'],
    ['<seed:think>x</seed:think>bad', 'bad', 'x'],
    ['[THINK]x[/THINK]bad', 'bad', 'x'],
    ['◁think▷x◁/think▷bad', 'bad', 'x'],
    ['<|begin_of_thought|>x<|end_of_thought|><|begin_of_solution|>bad<|end_of_solution|>', 'bad', 'x'],
    ['<|START_THINKING|>x<|END_THINKING|><|START_RESPONSE|>bad<|END_RESPONSE|>', 'bad', 'x'],
    ['<|channel>thought\nx<channel|>bad', 'bad', 'x'],
    ['<unused94>thought\nx<unused95>bad', 'bad', 'x'],
    ['<think>x</think>\n<answer>\nbad\n</answer>', 'bad', 'x'],
    ['<think>`</think>` ends it</think>bad', 'bad', '`</think>` ends it'],
    ['<think>```json\n{"tone":</think>bad', 'bad', '```json\n{"tone":'],
    [
      '<|channel|>analysis<|message|>{"tone":"good"}?<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{"tone":"bad"}<|return|>',
      '{"tone":"bad"}',
      '{"tone":"good"}?',
    ],
    ['<|channel|>analysis<|message|>still at it', '', 'still at it'],
    ['<|channel|>commentary<|message|>a<|end|><|channel|>final<|message|>bad', 'bad', 'a'],
    ['analysisThe user is cross.assistantfinalbad', 'bad', 'The user is cross.'],
  ])('%s', (text, answer, reasoning) => {
    expect(separateThoughts(text)).toEqual({ answer, reasoning })
  })
})

test.each([
  'bad',
  ' with its white space\n',
  'Models write `<think>` and `</think>` around their thoughts.',
  'The tag "</think>" ends them.',
  'Use the <think> tag.',
  '{"html":"<think>x</think>"}',
  '```html\n<think>x</think>\n```',
  'I think so. <b>Think</b> again.',
  'The analysis comes first; the assistant gives the final word.',
])('a text that holds none stays as it is: %s', (text) => {
  expect(separateThoughts(text)).toEqual({ answer: text })
})

test('takes time in proportion to the length', () => {
  for (const tag of ['<think>', '</think>', '<think></think>', '<|channel|>a<|message|>', '```<think>', ' <think> \n'])
    expect(separateThoughts(`${tag.repeat(20_000)}bad`).answer.length).toBeLessThan(400_000)
})
