import { type Message, Prompt, type PromptVariables } from '@maestro-dataflow/core'

export type Values = PromptVariables<'text' | 'tone'>

const asText = (value: unknown): string =>
  typeof value === 'object' ? (value === null ? '' : JSON.stringify(value)) : String(value)

/** A right prompt of its own class, of which the wrong ones change one thing. */
export class Asks extends Prompt<'text' | 'tone'> {
  readonly variables: readonly ('text' | 'tone')[] = ['text', 'tone']
  readonly version: string = '1'
  format(values: Values): string {
    this.assertInputs(values)
    return `In the tone ${asText(values.tone)}: ${asText(values.text)}`
  }
}
const asks = (methods: object) => () => Object.defineProperties(new Asks(), Object.getOwnPropertyDescriptors(methods))

/** Prompts of careless authors, each with the rule that finds it. */
export const carelessPrompts: readonly { fault: string; make: () => Prompt; rule: string }[] = [
  { fault: 'refuses values that are right', rule: 'names its variables, and has a version', make: asks({ validateInputs: () => false, assertInputs: () => undefined, format: (values: Values) => { if (values.tone === undefined || values.text === undefined) new Asks().format(values); return `${values.tone}: ${values.text}` } }) },
  { fault: 'changes its version with each question', rule: 'does not change between calls', make: () => { let n = 0; return Object.defineProperties(new Asks(), { version: { get: () => String(n) }, format: { value: (values: Values) => { n++; return new Asks().format(values) } } }) } },
  { fault: 'repeats its first question as an example', rule: 'does not change between calls', make: () => { let first: unknown; return asks({ format: (values: Values) => { const text = new Asks().format(values); first ??= text; return first === text ? text : `Example: ${first}\n${text}` } })() } },
  { fault: 'shows an image that it does not say to need', rule: 'needs the media that its messages hold', make: asks({ messages: (values: Values): readonly Message[] => [{ role: 'user', content: [{ type: 'text', text: new Asks().format(values) }, { type: 'image', data: new Uint8Array(4), mediaType: 'image/png' } as never] }] }) },
  { fault: 'needs images and shows none', rule: 'needs the media that its messages hold', make: asks({ needs: ['images'] }) },
  { fault: 'has a part of a kind that does not exist', rule: 'produces valid messages', make: asks({ messages: (values: Values) => [{ role: 'user', content: [{ type: 'txt', text: new Asks().format(values) }, { type: 'text', text: new Asks().format(values) }] }] }) },
  { fault: 'has an empty system message', rule: 'produces valid messages', make: asks({ messages: (values: Values) => [{ role: 'system', content: '' }, { role: 'user', content: new Asks().format(values) }] }) },
  { fault: 'writes an object as [object Object]', rule: 'values of any kind are inserted or refused with a typed error', make: asks({ format: (values: Values) => { new Asks().format(values); return `${values.tone}: ${values.text}` } }) },
  { fault: 'writes the text null for a missing cell', rule: 'values of any kind are inserted or refused with a typed error', make: asks({ format: (values: Values) => { new Asks().format(values); return `${values.tone}: ${typeof values.text === 'object' && values.text !== null ? JSON.stringify(values.text) : values.text}` } }) },
  { fault: 'writes the language of the machine into the question', rule: 'does not change between calls', make: asks({ format: (values: Values) => `${new Asks().format(values)} (${process.env.LANG ?? 'en'})` }) },
  { fault: 'names its variables in another order each time', rule: 'names its variables, and has a version', make: (() => { let n = 0; return () => Object.assign(new Asks(), { variables: n++ % 2 === 0 ? ['text', 'tone'] : ['tone', 'text'] }) })() },
  { fault: 'gives its messages later', rule: 'does not change between calls', make: asks({ messages: async (values: Values) => [{ role: 'user', content: new Asks().format(values) }] }) },
  { fault: 'has messages that are added to', rule: 'does not change between calls', make: () => { const messages: Message[] = []; return asks({ messages: (values: Values) => { messages.length = 0; messages.push({ role: 'user', content: new Asks().format(values) }); return messages } })() } },
  { fault: 'escapes HTML', rule: 'any text appears in the prompt unchanged', make: asks({ format: (values: Values) => new Asks().format(values).replaceAll('<', '&lt;') }) },
]
