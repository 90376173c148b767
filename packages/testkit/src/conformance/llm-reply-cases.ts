import type { Said } from '../reply-dialect.js'

/** What a model answers, and the expected result. */
export interface ReplyCase {
  /** The replies to the first request, the second, and so on; the last one repeats. */
  readonly said: readonly Said[]
  /** Whether JSON is requested: `{ "tone": "good" }` or `{ "tone": "bad" }`. */
  readonly json?: boolean
  /** The number of calls, one after another; the last one is checked. @default 1 */
  readonly calls?: number
  /** Milliseconds, as in the settings of a serving. */
  readonly timeout?: { readonly attempt?: number; readonly total?: number; readonly outage?: number }
  readonly expected: {
    readonly text?: string
    readonly object?: unknown
    readonly reasoning?: string
    /** The code of the error, without `MAESTRO_SERVING_`. */
    readonly code?: string
    /** Words that the error must contain. */
    readonly words?: string
    /** The number of requests, or their maximum. @default one for each reply */
    readonly asked?: number | { readonly most: number }
  }
}

const bad = { tone: 'bad' }
const answer = JSON.stringify(bad)
const draft = '{"tone":"good"}'
const long = 'Is it praise? '.repeat(20).trim()

const thoughts: Readonly<Record<string, ReplyCase>> = {
  'thoughts in tags are no part of a text': {
    said: [{ text: `<think>\n${long}\n</think>\n\nbad` }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts that end with a tag alone are no part of a text': {
    said: [{ text: `${long}\n</think>\n\nbad` }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts in tags of other models are no part of a text': {
    said: [{ text: '[THINK]Hm.[/THINK]◁think▷Hm.◁/think▷<reasoning>Hm.</reasoning>bad' }],
    expected: { text: 'bad', reasoning: 'Hm.\n\nHm.\n\nHm.' },
  },
  'channels of the harmony format are told apart': {
    said: [{ text: '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>bad' }],
    expected: { text: 'bad', reasoning: 'Hm.' },
  },
  'thoughts that the server has set apart are kept': {
    said: [{ text: 'bad', reasoning: long }],
    expected: { text: 'bad', reasoning: long },
  },
  'thoughts in parts of the content are told apart': {
    said: [
      {
        parts: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'bad' },
        ],
      },
    ],
    expected: { text: 'bad', reasoning: 'Hm.' },
  },
  'a text that mentions the tags stays whole': {
    said: [{ text: 'Models write `<think>` and `</think>` around their thoughts.' }],
    expected: { text: 'Models write `<think>` and `</think>` around their thoughts.' },
  },
}

const data: Readonly<Record<string, ReplyCase>> = {
  'JSON in thoughts is no answer': {
    said: [{ text: `<think>${draft} would be praise</think>${answer}` }],
    json: true,
    expected: { object: bad, reasoning: `${draft} would be praise` },
  },
  'JSON in thoughts that end with a tag alone is no answer': {
    said: [{ text: `${draft} would be praise</think>${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'a number in brackets in thoughts costs no second request': {
    said: [{ text: `<think>As [1] says.</think>${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'the last of several drafts is the answer': {
    said: [{ text: `First ${draft}, no:\n\`\`\`json\n${answer}\n\`\`\`` }],
    json: true,
    expected: { object: bad },
  },
  'what fits the schema is the answer, whatever stands around it': {
    said: [{ text: `According to [1]: ${answer}\nSee also [2] and {"tone":"angry"}.` }],
    json: true,
    expected: { object: bad },
  },
  'an answer that the server calls thoughts counts': {
    said: [{ text: '', reasoning: `The customer is cross. ${answer}` }],
    json: true,
    expected: { object: bad },
  },
  'an answer in the form of a call of a tool counts': {
    said: [{ call: bad, finish: 'tool_calls' }],
    json: true,
    expected: { object: bad },
  },
  'a call of a tool that stands in the text counts': {
    said: [{ text: `<tool_call>{"name":"answer","arguments":${answer}}</tool_call>` }],
    json: true,
    expected: { object: bad },
  },
  'a part of an answer that is not whole is no answer': {
    said: [{ text: `{"draft":${draft},` }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'JSON with a comma too many and single quotation marks is mended without another request': {
    said: [{ text: "{'tone': 'bad',}" }],
    json: true,
    expected: { object: bad },
  },
  'JSON with names without quotation marks and a comment is mended without another request': {
    said: [{ text: '```json\n{\n  tone: "bad", // not good\n}\n```' }],
    json: true,
    expected: { object: bad },
  },
  'JSON that was abridged is not mended': {
    said: [{ text: '{"tone": "good", ...}' }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'an empty answer is asked for again, without an empty turn': {
    said: [{ text: '' }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'a hundred thousand brackets are read at once': {
    said: [{ text: '['.repeat(100_000) }, { text: answer }],
    json: true,
    expected: { object: bad },
  },
  'an answer that declines is refused': {
    said: [{ refusal: 'I cannot help with that.' }],
    json: true,
    expected: { code: 'REFUSED', words: 'I cannot help with that.' },
  },
}

const ends: Readonly<Record<string, ReplyCase>> = {
  ...Object.fromEntries(
    ['length', 'model_length', 'MAX_TOKENS', 'repetition_truncation'].map((finish) => [
      `an answer that ended with ${finish} is cut off`,
      { said: [{ text: answer, finish }], json: true, expected: { code: 'CUT_OFF' } },
    ]),
  ),
  ...Object.fromEntries(
    ['content_filter', 'SAFETY', 'content_filter: violence', 'RECITATION'].map((finish) => [
      `an answer that ended with ${finish} is filtered`,
      { said: [{ text: answer, finish }], json: true, expected: { code: 'FILTERED' } },
    ]),
  ),
  ...Object.fromEntries(
    ['OTHER', 'pause_turn', 'something_new'].map((finish) => [
      `an answer that ended with ${finish} is not used`,
      { said: [{ text: answer, finish }], expected: { code: 'UNFINISHED', words: finish } },
    ]),
  ),
  'an answer that the server aborted is asked for again': {
    said: [{ text: 'b', finish: 'abort' }, { text: 'bad' }],
    expected: { text: 'bad' },
  },
  'an answer that ended in STOP is whole': {
    said: [{ text: 'bad', finish: 'STOP' }],
    expected: { text: 'bad' },
  },
}

const failures: Readonly<Record<string, ReplyCase>> = Object.fromEntries(
  Object.entries({
    'an object': { error: { message: 'The model is away.' } },
    'a text': { error: 'The model is away.' },
    'an object of its own': { object: 'error', message: 'The model is away.' },
    details: { detail: 'The model is away.' },
  }).map(([form, body]) => [
    `a failure under status 200 is told in the server's words: ${form}`,
    { said: [{ body }], expected: { code: 'SERVER', words: 'The model is away.', asked: 2 } },
  ]),
)

const sideData: Readonly<Record<string, ReplyCase>> = Object.fromEntries(
  Object.entries({
    'usage as texts': { usage: { prompt_tokens: '7', completion_tokens: '3' } },
    'negative usage': { usage: { prompt_tokens: -1, completion_tokens: -3 } },
    'a list for usage': { usage: [] },
    'a number for the model': { model: 7 },
    'no model': { model: null },
  }).map(([what, beside]) => [
    `${what} does not spoil an answer`,
    { said: [{ text: 'bad', beside }], expected: { text: 'bad' } },
  ]),
)

/** How a serving handles the replies of servers: each case by its name. */
export const llmReplyCases = { ...thoughts, ...data, ...ends, ...failures, ...sideData }
