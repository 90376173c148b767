import { chatPrompt, type Prompt, prompt } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { casesWithoutFault, failedCases, failureOf } from '../../__fixtures__/failed-cases.js'
import { Asks, carelessPrompts, type Values } from '../../__fixtures__/wrong-parts/careless/prompts.js'
import { type PromptCase, promptSuite } from './prompt-suite.js'

const others = () =>
  Object.assign(new Asks(), { format: (values: Values) => `Please: ${values.tone} ${values.text}`, version: '2' })
let count = 0

const wrong: readonly { fault: string; make: () => Prompt; rule: PromptCase; other?: () => Prompt }[] = [
  {
    fault: 'has no version',
    rule: 'names its variables, and has a version',
    make: () => Object.assign(new Asks(), { version: '' }),
  },
  {
    fault: 'names a variable twice',
    rule: 'names its variables, and has a version',
    make: () => Object.assign(new Asks(), { variables: ['text', 'tone', 'text'] }),
  },
  {
    fault: 'has another version each time',
    rule: 'does not change between calls',
    make: () => Object.assign(new Asks(), { version: String(count++) }),
  },
  {
    fault: 'writes the day into the question',
    rule: 'does not change between calls',
    make: () =>
      Object.assign(new Asks(), {
        format: (values: Values) => `On ${new Date().toISOString().slice(0, 10)}: ${values.tone} ${values.text}`,
      }),
  },
  {
    fault: 'cuts a long value',
    rule: 'any text appears in the prompt unchanged',
    make: () =>
      Object.assign(new Asks(), { format: (values: Values) => `${values.tone} ${String(values.text).slice(0, 500)}` }),
  },
  {
    fault: 'writes everything in small letters',
    rule: 'any text appears in the prompt unchanged',
    make: () =>
      Object.assign(new Asks(), { format: (values: Values) => `${values.tone} ${values.text}`.toLowerCase() }),
  },
  {
    fault: 'numbers its questions',
    rule: 'does not change between calls',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          return `${count++} ${super.format(values)}`
        }
      })(),
  },
  {
    fault: 'has no message',
    rule: 'produces valid messages',
    make: () => Object.assign(new Asks(), { messages: () => [] }),
  },
  {
    fault: 'has a role that does not exist',
    rule: 'produces valid messages',
    make: () =>
      Object.assign(new Asks(), { messages: (values: Values) => [{ role: 'human', content: `${values.text}` }] }),
  },
  {
    fault: 'is without a question',
    rule: 'produces valid messages',
    make: () =>
      Object.assign(new Asks(), {
        messages: (values: Values) => [{ role: 'system', content: `${values.text} ${values.tone}` }],
      }),
  },
  {
    fault: 'prints a variable that is not there',
    rule: 'produces valid messages',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          return `${super.format(values)} ${(values as { title?: string }).title}`
        }
      })(),
  },
  {
    fault: 'reads a variable that it does not name',
    rule: 'reads exactly the variables that it names',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          return super.format(values) + ((values as { title?: string }).title ?? '')
        }
      })(),
  },
  {
    fault: 'names a variable that it does not read',
    rule: 'reads exactly the variables that it names',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          this.assertInputs(values)
          return `Say: ${values.text}`
        }
      })(),
  },
  {
    fault: 'fills a missing value with nothing',
    rule: 'a missing value causes a typed error',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          return `${values.tone ?? ''}: ${values.text ?? ''}`
        }
      })(),
  },
  {
    fault: 'throws something else for a missing value',
    rule: 'a missing value causes a typed error',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          return `${(values.tone as string).trim()}: ${(values.text as string).trim()}`
        }
      })(),
  },
  {
    fault: 'takes a value for a pattern',
    rule: 'any text appears in the prompt unchanged',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          this.assertInputs(values)
          return 'In the tone TONE: TEXT'.replace('TONE', String(values.tone)).replace('TEXT', String(values.text))
        }
      })(),
  },
  {
    fault: 'fills in what looks like a variable in a value',
    rule: 'any text appears in the prompt unchanged',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          this.assertInputs(values)
          return `In the tone ${values.tone}: ${values.text}`.replace(/\{\{.*?\}\}/g, '')
        }
      })(),
  },
  {
    fault: 'breaks at values that are no texts',
    rule: 'values of any kind are inserted or refused with a typed error',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          this.assertInputs(values)
          return `${(values.tone as string).concat('')}: ${(values.text as string).concat('')}`
        }
      })(),
  },
  {
    fault: 'changes the values',
    rule: 'does not change the values',
    make: () =>
      new (class extends Asks {
        override format(values: Values) {
          Object.assign(values, { text: String(values.text).trim() })
          return super.format(values)
        }
      })(),
  },
  {
    fault: 'has parts of another text',
    rule: 'its parts put together are its messages',
    make: () =>
      Object.defineProperty(new Asks(), 'parts', {
        value: {
          task: [{ role: 'user', content: 'Say: <text>' }],
          values: (values: Values) => ({ text: String(values.text) }),
        },
      }),
  },
  {
    fault: 'keeps its version for another wording',
    rule: 'another wording has another version',
    make: () => new Asks(),
    other: () => Object.assign(others(), { version: '1' }),
  },
]

const allWrong: readonly { fault: string; make: () => Prompt; rule: string; other?: () => Prompt }[] = [
  ...wrong,
  ...carelessPrompts,
]

test.each<[string, () => Prompt]>([
  ['a class', () => new Asks()],
  ['a template', () => prompt('In the tone {{tone}}: {{text}}')],
  [
    'a chat',
    () =>
      chatPrompt([
        { role: 'system', content: 'Use the tone {{tone}}.' },
        { role: 'user', content: '{{text}}' },
      ]),
  ],
])('a right prompt passes: %s', async (_what, make) => {
  expect(await failedCases(promptSuite(make, { others: [() => prompt('Say {{text}} {{tone}}')] }))).toEqual([])
})

test.each(allWrong)('a prompt that $fault is found by: $rule', async ({ make, rule, other = others }) => {
  expect(await failureOf(promptSuite(make, { others: [other] }), rule)).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(allWrong.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(
    casesWithoutFault(
      promptSuite(() => new Asks()),
      faults,
    ),
  ).toEqual([])
})
