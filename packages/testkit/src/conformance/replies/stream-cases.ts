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
}
