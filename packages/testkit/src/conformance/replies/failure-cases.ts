import { byName, type ReplyCase } from './reply-case.js'

const words = 'The model is away.'

/** Failures that a server reports under status 200, in its own form. */
export const failureCases: Readonly<Record<string, ReplyCase>> = byName(
  {
    'an object': { error: { message: words } },
    'a text': { error: words },
    'an object of its own': { object: 'error', message: words },
    details: { detail: words },
    'a list': [{ error: { code: 500, message: words } }],
    'a list of errors': { success: false, result: null, errors: [{ code: 7003, message: words }] },
    'a message with a code': { code: 500, msg: words, success: false },
    'names in capitals': { Error: { Code: 'InternalError', Message: words } },
    'a message of one word': { errno: 5, errmsg: words },
    'an exception': { exception: words },
    'a header': { header: { code: 10013, message: words } },
    'an error message': { errorCode: 'InternalError', errorMessage: words },
    'the reply of a server behind the server': {
      error: { message: 'Provider returned error', code: 502, metadata: { raw: JSON.stringify({ error: words }) } },
    },
  },
  (form) => `a failure under status 200 is told in the server's words: ${form}`,
  (body) => ({ said: [{ body }], expected: { code: 'SERVER', words, asked: 2 } }),
)
