import { answer, bad, byName, type ReplyCase } from './reply-case.js'

const names = (...words: readonly string[]) => Object.fromEntries(words.map((word) => [word, word]))

const codes: Readonly<Record<string, string>> = {
  length: 'CUT_OFF',
  content_filter: 'FILTERED',
  something_new: 'UNFINISHED',
}

/** What the finish reason of an answer means, in the words of any server. */
export const endCases: Readonly<Record<string, ReplyCase>> = {
  ...byName(
    names(
      'length',
      'model_length',
      'MAX_TOKENS',
      'repetition_truncation',
      'FINISH_REASON_MAX_TOKENS',
      'REASON_MAX_LEN',
      'time_limit',
      'context length',
      'max_output',
      'max_time',
      'MAX_TOKENS_EXCEEDED',
      'max_output_length',
    ),
    (finish) => `an answer that ended with ${finish} is cut off`,
    (finish) => ({ said: [{ text: answer, finish }], json: true, expected: { code: 'CUT_OFF' } }),
  ),
  ...byName(
    names(
      'content_filter',
      'SAFETY',
      'content_filter: violence',
      'RECITATION',
      'Content Filtered',
      'ERROR_TOXIC',
      'PROHIBITED_CONTENT',
      'MODEL_ARMOR',
      'blocked',
    ),
    (finish) => `an answer that ended with ${finish} is filtered`,
    (finish) => ({ said: [{ text: answer, finish }], json: true, expected: { code: 'FILTERED' } }),
  ),
  ...byName(
    names('OTHER', 'pause_turn', 'something_new', 'not_finished', 'unknown', 'LANGUAGE'),
    (finish) => `an answer that ended with ${finish} is not used`,
    (finish) => ({ said: [{ text: answer, finish }], expected: { code: 'UNFINISHED', words: finish } }),
  ),
  ...byName(
    names('abort', 'error', 'user_cancel', 'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL'),
    (finish) => `an answer that ended with ${finish} is asked for again`,
    (finish) => ({ said: [{ text: 'b', finish }, { text: 'bad' }], expected: { text: 'bad' } }),
  ),
  ...byName(
    names('STOP', 'COMPLETE', 'eos_token', 'REASON_STOP', 'eot', 'null'),
    (finish) => `an answer that ended with ${finish} is whole`,
    (finish) => ({ said: [{ text: 'bad', finish }], expected: { text: 'bad' } }),
  ),
  'data behind which the model wrote blanks up to its limit are whole': {
    said: [{ text: `${answer}${'\n \t'.repeat(200)}`, finish: 'length' }],
    json: true,
    expected: { object: bad },
  },
  'data that break off in blanks are cut off': {
    said: [{ text: `{"tone":${' '.repeat(600)}`, finish: 'length' }],
    json: true,
    expected: { code: 'CUT_OFF' },
  },
  'an empty answer is an empty text': { said: [{ text: '' }], expected: { text: '' } },
  'an answer of thoughts alone is an empty text': {
    said: [{ text: '', reasoning: 'Hm.' }],
    expected: { text: '', reasoning: 'Hm.' },
  },
  'an answer that a filter has withheld is not asked for again': {
    said: [{ withheld: true }],
    json: true,
    expected: { code: 'FILTERED' },
  },
  'the tokens of an answer that a filter has withheld are counted': {
    said: [{ withheld: 'charged' }],
    json: true,
    expected: { code: 'FILTERED', usage: { inputTokens: 7 } },
  },
  ...byName(
    names('length', 'content_filter', 'something_new'),
    (finish) => `the tokens of an answer that ended with ${finish} are counted`,
    (finish) => ({
      said: [{ text: answer, finish }],
      json: true,
      expected: { code: codes[finish] ?? '', usage: { inputTokens: 7, outputTokens: 3 } },
    }),
  ),
  'the tokens of an answer that the server gave up are counted': {
    said: [{ text: 'b', finish: 'error' }, { text: 'bad' }],
    expected: { text: 'bad', usage: { inputTokens: 14, outputTokens: 6 } },
  },
}
