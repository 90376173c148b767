import { answer, bad, byName, type ReplyCase } from './reply-case.js'

const odd = { 'hold the whole text so far': 'cumulative', 'are sent twice with the same ids': 'replayed' } as const

/** How the pieces of a stream become one text. */
export const streamCases: Readonly<Record<string, ReplyCase>> = {
  ...byName(
    odd,
    (form) => `pieces that ${form} are not doubled`,
    (pieces) => ({
      said: [{ text: 'bad, very bad', reasoning: 'Hm. Hm.', pieces }],
      expected: { text: 'bad, very bad', reasoning: 'Hm. Hm.' },
    }),
  ),
  ...byName(
    odd,
    (form) => `the data of an answer whose pieces ${form} are read without a second request`,
    (pieces) => ({ said: [{ text: answer, pieces }], json: true, expected: { object: bad } }),
  ),
  'an answer that begins again in the middle of its stream is asked for again': {
    said: [{ text: 'The customer was not content with the heating.', pieces: 'restarted' }, { text: 'bad' }],
    expected: { text: 'bad' },
  },
  'a stream with an empty finish reason in each piece that then breaks off is asked for again': {
    said: [{ text: 'The customer was not', pieces: 'broken off' }, { text: 'bad' }],
    expected: { text: 'bad' },
  },
  'a stream that ends without a finish reason, but says that it is done, is whole': {
    said: [{ text: 'bad, very bad', pieces: 'ended' }],
    expected: { text: 'bad, very bad' },
  },
  ...byName(
    { 'that is counted from one': 'from one', 'whose number is a text': 'number as text' } as const,
    (what) => `a stream of an answer ${what} is read`,
    (pieces) => ({ said: [{ text: 'bad, very bad', pieces }], expected: { text: 'bad, very bad' } }),
  ),
  'zeros at the end of a stream do not replace the usage before them': {
    said: [{ text: 'bad, very bad', pieces: 'zeros' }],
    expected: { text: 'bad, very bad', usage: { inputTokens: 7, outputTokens: 3 } },
  },
  'a stream that is one list of JSON is read': {
    said: [{ text: answer, reasoning: 'Hm. Hm.', pieces: 'listed' }],
    json: true,
    expected: { object: bad, reasoning: 'Hm. Hm.' },
  },
  'a compressed stream is read': {
    said: [{ text: answer, reasoning: 'Hm. Hm.', pieces: 'compressed' }],
    json: true,
    expected: { object: bad, reasoning: 'Hm. Hm.' },
  },
}
