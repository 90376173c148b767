import type { Said } from '../../reply-dialect.js'
import { bad, byName, type ReplyCase } from './reply-case.js'

const chat = (choices: unknown) => ({ id: 'chat-1', object: 'chat.completion', created: 1, model: 'm', choices })

/**
 * Complete replies that are no answer. Each one may be charged, and the next one seldom differs, so they are asked for
 * three times at most.
 */
const misfits = byName<unknown>(
  {
    'null for the answers': chat(null),
    'no answers': chat([]),
    'an object for the answers': chat({}),
    'null for an answer': chat([null]),
    'null for the message': chat([{ index: 0, message: null, finish_reason: 'stop' }]),
    'no message': chat([{ index: 0, finish_reason: 'stop' }]),
    'a list for the message': chat([{ index: 0, message: [], finish_reason: 'stop' }]),
    'an empty object': {},
    'an empty list': [],
    'a number': 7,
    null: null,
    'a text': 'hello',
    'the answer of another API': { candidates: [], modelVersion: 'test-model' },
    'a list of models': { object: 'list', data: [{ id: 'test-model' }] },
  },
  (what) => `${what} instead of an answer is asked for three times at most`,
  (body) => ({ said: [{ body }], retries: 6, expected: { code: 'UNEXPECTED_REPLY', asked: 3 } }),
)

/** Replies whose form is wrong for a whole answer, or not the usual one for a readable answer. */
export const misfitCases: Readonly<Record<string, ReplyCase>> = {
  ...misfits,
  ...byName(
    { 200: 200, 202: 202, 204: 204 },
    (status) => `nothing at all under status ${status} is asked for three times at most`,
    (empty) => ({ said: [{ empty }], retries: 6, expected: { code: 'UNEXPECTED_REPLY', asked: 3 } }),
  ),
  'an answer that follows a reply without one counts': {
    said: [{ body: chat(null) }, { text: 'bad' }],
    expected: { text: 'bad' },
  },
  'the data of an answer instead of its text count': {
    said: [{ content: bad }],
    json: true,
    expected: { object: bad },
  },
  ...byName<NonNullable<Said['within']>>(
    {
      'within a list': 'list',
      'within a text': 'text',
      'below the result of a gateway': 'result',
      'below the data of a gateway': 'data',
      'behind comments': 'comments',
      'in a list of its pieces': 'pieces',
      'in an object instead of a list': 'choice',
      'in an object by its number': 'choices',
    },
    (what) => `an answer that stands ${what} costs no second request`,
    (within) => ({ said: [{ text: 'bad', within }], expected: { text: 'bad', usage: { inputTokens: 7 } } }),
  ),
  'a number instead of a text counts': { said: [{ content: 7 }], expected: { text: '7' } },
}
