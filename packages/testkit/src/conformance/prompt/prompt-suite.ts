import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import { MaestroError, type Message, type Prompt, type PromptVariables } from '@maestro-dataflow/core'
import { deepFreeze } from '../deep-freeze.js'
import { onAnotherDay } from '../on-another-day.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'

/** The options of the suite for prompts. */
export interface PromptSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** Values that fill the prompt. @default a text for each variable */
  readonly variables?: PromptVariables
  /** The same prompt with other options or another wording; each has a version of its own. */
  readonly others?: readonly (() => Prompt)[]
  /** Variables whose values the prompt reads without showing them, such as the one that chooses between two wordings. */
  readonly unshown?: readonly string[]
}

interface PromptSubject extends Pick<PromptSuiteOptions, 'others'> {
  make(): Prompt
  readonly values: PromptVariables
  readonly shown: readonly string[]
}

const oddTexts = [
  '$& $1 $$ $`',
  '{{other}} {{ x }}',
  '<text>',
  '你好 👩🏽‍🚀 e\u0301',
  '\uD83D',
  '"quoted" \\ \n end',
  '  edges  ',
  'MiXeD CaSe',
  'tab\there, line\r\nend, and two\n\n\nlines',
  '\u0000zero \u200B width \uFEFF mark',
  "it's `code`: ```ts\nx\n``` -- ... %s {0} &amp; １２ ﬁ",
  'long '.repeat(20_000),
]

const hugeText = '语'.repeat(100_000)
const changedValues = (values: PromptVariables): PromptVariables =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? `other ${value}` : value]),
  )

/** Texts that look like the places of variables, as they may stand in a cell. */
const placeholders = (names: readonly string[]): readonly string[] =>
  names.map((name) => `{{${name}}} {{ ${name} }} {${name}} $${name} \${${name}} <${name}> %${name}% [${name}]`)

const cases = {
  async 'names its variables, and has a version'({ make, values }: PromptSubject) {
    const prompt = make()
    const { variables, version, needs } = prompt
    assert.ok(
      Array.isArray(variables) && variables.every((name) => typeof name === 'string' && name !== ''),
      'variables are not names',
    )
    assert.equal(new Set(variables).size, variables.length, 'a variable is named twice')
    assert.ok(typeof version === 'string' && version.trim() !== '', 'it has no version')
    assert.ok(
      needs.every((need) => need === 'images' || need === 'audio'),
      `it needs ${needs.join(', ')}`,
    )
    assert.deepEqual(make().variables, variables, 'it names its variables in another order each time')
    assert.equal(prompt.validateInputs(values), true, 'validateInputs refuses a value for each variable')
  },

  async 'does not change between calls'({ make, values }: PromptSubject) {
    const [one, other] = [make(), make()]
    const { version } = one
    assert.equal(other.version, version, 'it has another version each time, so no answer is ever found again')
    const first = one.messages(values)
    const asked = structuredClone(first)
    assert.deepEqual(other.messages(values), asked)
    assert.deepEqual(one.messages(values), asked)
    one.messages(changedValues(values))
    one.format(changedValues(values))
    assert.deepEqual(first, asked, 'messages that it has returned change when it is used again')
    assert.deepEqual(one.messages(values), asked, 'it is another prompt after it was filled with other values')
    assert.deepEqual(make().messages(changedValues(values)), one.messages(changedValues(values)), 'a new one differs')
    const turned = Object.fromEntries(Object.entries(values).toReversed())
    assert.deepEqual(one.messages(turned), asked, 'its messages depend on the order in which the values are given')
    assert.equal(one.version, version, 'its version changes when it is used')
    const later = await onAnotherDay(async () => make().messages(values))
    assert.deepEqual(later, asked, 'on another day, or for another user, it is another prompt with the same version')
  },

  async 'produces valid messages'({ make, values }: PromptSubject) {
    const prompt = make()
    assert.ok(prompt.format(values).trim() !== '', 'its text is empty')
    const messages = prompt.messages(values)
    assert.ok(messages.length > 0, 'it has no message')
    for (const { role, content } of messages) {
      assert.ok(['system', 'user', 'assistant'].includes(role), `${role} is not a role`)
      assert.ok(
        typeof content === 'string' || Array.isArray(content),
        'the content of a message is neither a text nor parts',
      )
      for (const part of typeof content === 'string' ? [] : content)
        assert.ok(['text', 'image', 'audio', 'file'].includes(part?.type), `${part?.type} is not a kind of part`)
      assert.ok(
        typeof content === 'string' ? content.trim() !== '' : content.length > 0,
        `the message of the ${role} is empty, which providers refuse`,
      )
    }
    assert.ok(
      messages.some(({ role }) => role === 'user'),
      'no message is of the user',
    )
    for (const text of [prompt.format(values), ...messages.map(textOf)])
      assert.doesNotMatch(text, /undefined|\[object Object\]/, `a value is missing in: ${text}`)
  },

  async 'needs the media that its messages hold'({ make, values }: PromptSubject) {
    const prompt = make()
    const parts = prompt.messages(values).flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    for (const [need, type] of [
      ['images', 'image'],
      ['audio', 'audio'],
    ] as const) {
      const [needs, holds] = [prompt.needs.includes(need), parts.some((part) => part.type === type)]
      assert.ok(needs || !holds, `its messages hold ${need}, which "needs" does not name`)
      assert.ok(holds || !needs, `it names ${need} in "needs", and its messages hold none`)
    }
  },

  async 'reads exactly the variables that it names'({ make, values, shown }: PromptSubject) {
    const prompt = make()
    const read = new Set<string>()
    const watched = new Proxy(values, {
      get: (target, name) => {
        if (typeof name === 'string') read.add(name)
        return Reflect.get(target, name)
      },
    })
    const seen = textsOf(prompt.messages(watched)) + prompt.format(watched)
    const undeclared = [...read].filter((name) => !prompt.variables.includes(name) && name !== 'toJSON')
    assert.deepEqual(undeclared, [], 'variables that it reads without naming them, so that the plan does not know them')
    const more = { ...values, another_column: 'of the row' }
    const beside = textsOf(prompt.messages(more)) + prompt.format(more)
    assert.equal(beside, seen, 'it shows a value that it was given and does not name')
    for (const name of shown) {
      const changed = { ...values, [name]: `changed ${String(values[name])}` }
      const other = textsOf(prompt.messages(changed)) + prompt.format(changed)
      assert.notEqual(other, seen, `the value of "${name}" makes no difference, although it is a variable`)
    }
  },

  async 'a missing value causes a typed error'({ make, values }: PromptSubject) {
    const prompt = make()
    for (const name of prompt.variables) {
      const { [name]: _, ...without } = values
      assert.equal(prompt.validateInputs(without), false, `validateInputs accepts variables without "${name}"`)
      for (const fill of [() => prompt.format(without as never), () => prompt.messages(without as never)])
        assert.throws(
          fill,
          (error) => MaestroError.is(error, 'MAESTRO_PROMPT_VARIABLE_MISSING'),
          `without "${name}", it does not throw MAESTRO_PROMPT_VARIABLE_MISSING`,
        )
    }
  },

  async 'any text appears in the prompt unchanged'({ make, values, shown }: PromptSubject) {
    const prompt = make()
    for (const name of shown) {
      if (typeof values[name] !== 'string') continue
      for (const text of [...oddTexts, ...placeholders(shown)]) {
        const filled = { ...values, [name]: text }
        // The text of a message may have its edges cut.
        assert.ok(
          textsOf(prompt.messages(filled)).includes(text.trim()),
          `the value ${JSON.stringify(text.slice(0, 40))} of "${name}" is not in the messages`,
        )
        assert.ok(
          prompt.format(filled).includes(text.trim()),
          `the value ${JSON.stringify(text.slice(0, 40))} of "${name}" is not in the text`,
        )
      }
    }
  },

  async 'values of any kind are inserted or refused with a typed error'({ make, values, shown }: PromptSubject) {
    for (const name of shown) {
      const filled = (value: unknown): string => {
        try {
          return textsOf(make().messages({ ...values, [name]: value }))
        } catch (error) {
          assert.ok(
            MaestroError.is(error),
            `${String(value).slice(0, 40)} for "${name}" fails with an error that is not typed: ${error}`,
          )
          return ''
        }
      }
      const own = filled('a text')
      for (const value of [null, 0, -1.5, true, 10n, [], ['a'], [{ a: 1 }], { a: 1 }, new Date(0), '', hugeText]) {
        const text = filled(value)
        for (const word of value === null ? ['null', 'undefined'] : ['[object Object]', 'undefined'])
          assert.ok(
            text.split(word).length <= own.split(word).length,
            `the value ${inspect(value)} of "${name}" becomes the text "${word}"`,
          )
      }
    }
  },

  async 'does not change the values'({ make, values }: PromptSubject) {
    const before = structuredClone(values)
    const frozen = deepFreeze({ ...values })
    make().messages(frozen)
    make().format(frozen)
    assert.deepEqual(values, before)
  },

  async 'its parts put together are its messages'({ make, values }: PromptSubject) {
    const prompt = make()
    const { parts } = prompt
    if (parts === undefined) return
    const texts = Object.entries(parts.values(values))
    const filled = parts.task.map((message) =>
      texts.reduce((text, [name, value]) => text.replaceAll(`<${name}>`, () => value), textOf(message)),
    )
    assert.deepEqual(filled, prompt.messages(values).map(textOf))
  },

  async 'another wording has another version'({ make, values, others = [] }: PromptSubject) {
    const [first, ...more] = [make, ...others].map((one) => one())
    for (const other of more)
      if (!isDeepStrictEqual(other.messages(values), first?.messages(values)))
        assert.notEqual(
          other.version,
          first?.version,
          'two wordings have one version, so that answers to one are taken for answers to the other',
        )
  },
}

const textOf = ({ content }: Message): string =>
  typeof content === 'string'
    ? content
    : content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n')
const textsOf = (messages: readonly Message[]): string => messages.map(textOf).join('\n')

/** The cases of the suite for prompts. */
export type PromptCase = keyof typeof cases

/** The rules for every prompt. @param makePrompt Creates a new one at each call, for example `() => definition.create(options)` */
export function promptSuite(makePrompt: () => Prompt, options: PromptSuiteOptions<PromptCase> = {}): Suite {
  const { unshown = [], others } = options
  return createSuite<PromptSubject, PromptCase>({
    title: 'a prompt',
    cases,
    options,
    open: async () => {
      const { variables } = makePrompt()
      const values = options.variables ?? Object.fromEntries(variables.map((name) => [name, `the ${name}`]))
      const shown = variables.filter((name) => !unshown.includes(name))
      return { make: makePrompt, values, shown, ...(others === undefined ? {} : { others }) }
    },
    close: async () => undefined,
  })
}
