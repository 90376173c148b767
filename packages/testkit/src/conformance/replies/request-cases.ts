import type { Sampling } from '@maestro-dataflow/core'
import { z } from 'zod'
import { answer, bad, byName, type ReplyCase } from './reply-case.js'

/** The question is much longer than this context, and no tokenizer makes so few tokens of it. */
const contextTokens = 4096
const longQuestion = `Good or bad? ${'The heating is cold and the lift is slow. '.repeat(1200)}`

const settings = byName<readonly [Sampling, string, string, string]>(
  {
    temperature: [
      { temperature: 0.5 },
      "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
      '`temperature`',
      'bad',
    ],
    top_p: [{ topP: 0.5 }, "Unsupported parameter: 'top_p' is not supported with this model.", '`top', 'bad'],
    stop: [{ stop: ['END'] }, "Unsupported parameter: 'stop' is not supported with this model.", 'stop', 'bad, but '],
  },
  (name) => `a setting that the server refuses is left out, with a warning: ${name}`,
  ([given, message, warning, text]) => ({
    said: [{ failure: { status: 400, message } }, { text: text === 'bad' ? text : `${text}END good` }],
    settings: given,
    expected: { text, warning, unsent: '0.5' },
  }),
)

/** Schemas that describe another value than the one that their check returns. */
const inputs = byName<readonly [z.ZodType, string, unknown]>(
  {
    'a text that becomes a number': [
      z.object({ stars: z.string().transform(Number).pipe(z.number()) }),
      '{"stars":"3"}',
      { stars: 3 },
    ],
    'a word that becomes a boolean': [z.object({ fine: z.stringbool() }), '{"fine":"no"}', { fine: false }],
    'a codec': [
      z.object({ stars: z.codec(z.string(), z.number(), { decode: Number, encode: String }) }),
      '{"stars":"3"}',
      { stars: 3 },
    ],
    'a value that becomes a date': [
      z.object({ day: z.coerce.date() }),
      '{"day":"2026-04-01"}',
      { day: new Date('2026-04-01') },
    ],
    'a pattern that looks ahead': [
      z.object({ code: z.string().regex(/^(?=.*\d)[a-z\d]+$/) }),
      '{"code":"a1"}',
      { code: 'a1' },
    ],
  },
  (what) => `the model is asked for the input of a schema: ${what}`,
  ([schema, text, object]) => ({ said: [{ text }], schema, expected: { object, unsent: '"number"' } }),
)

/** Replies whose meaning depends on what was asked. */
export const requestCases: Readonly<Record<string, ReplyCase>> = {
  ...settings,
  ...inputs,
  'a prompt that the server has cut without a word is too long': {
    said: [{ text: 'bad', contextTokens }],
    question: longQuestion,
    expected: { code: 'CONTEXT_TOO_LONG' },
  },
  'a short prompt to a server that cuts prompts is answered': {
    said: [{ text: 'bad', contextTokens }],
    expected: { text: 'bad' },
  },
  'rows that are never answered together are soon asked alone, with a warning': {
    said: [{ text: answer }],
    json: true,
    packed: { rowsPerCall: 8, rows: 120 },
    expected: { object: bad, warning: 'rowsPerCall: 1', asked: { most: 170 } },
  },
  'an answer at the first attempt counts no retry': { said: [{ text: 'bad' }], expected: { text: 'bad', retries: 0 } },
  'an answer at the second attempt counts one retry': {
    said: [{ failure: { status: 503, message: 'The model is away.' } }, { text: 'bad' }],
    expected: { text: 'bad', retries: 1 },
  },
}
