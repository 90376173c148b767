import { expect, test } from 'vitest'
import { failureIn } from './failure-in.js'

test.each<[string, unknown, unknown]>([
  [
    'OpenAI',
    { error: { message: 'No.', type: 'invalid_request_error', code: 'bad' } },
    { reason: 'No.', code: 'bad invalid_request_error' },
  ],
  ['a text', { error: 'No.' }, { reason: 'No.' }],
  [
    'Gemini',
    [{ error: { code: 429, message: 'No.', status: 'RESOURCE_EXHAUSTED' } }],
    { reason: 'No.', status: 429, code: 'RESOURCE_EXHAUSTED' },
  ],
  [
    'vLLM',
    { object: 'error', message: 'No.', type: 'BadRequestError', code: 400 },
    { reason: 'No.', status: 400, code: 'BadRequestError' },
  ],
  ['AWS', { __type: 'com.amazon#Throttled', message: 'No.' }, { reason: 'No.', code: 'com.amazon#Throttled' }],
  ['FastAPI', { detail: 'No.' }, { reason: 'No.' }],
  ['FastAPI, of fields', { detail: [{ loc: ['body', 'n'], msg: 'too many' }] }, { reason: 'body.n: too many' }],
  [
    'OpenRouter',
    { error: { message: 'Provider returned error', code: 502, metadata: { raw: '{"error":{"message":"No."}}' } } },
    { reason: 'Provider returned error: No.', status: 502 },
  ],
  [
    'MiniMax',
    { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    { reason: 'insufficient balance' },
  ],
  ['a status as a text', { error: { message: 'No.', code: '503' } }, { reason: 'No.', status: 503 }],
  ['words alone', { message: 'No Route matched' }, { reason: 'No Route matched' }],
  ['a list of errors', { error: [{ message: 'No.', code: 503 }] }, { reason: 'No.', status: 503 }],
  ['an error below data', { data: { error: { message: 'No.' } } }, { reason: 'No.' }],
  ['an error below a result', { success: false, result: { error: 'No.', code: 429 } }, { reason: 'No.', status: 429 }],
  ['details alone', { error: { details: 'No.' } }, { reason: 'No.' }],
  ['a message and details', { error: { message: 'No.', details: 'line 1' } }, { reason: 'No.' }],
  ['an answer below data', { data: { choices: [{}], error: null } }, undefined],
  ['vectors', { data: [{ embedding: [1] }] }, undefined],
  ['an empty list of errors', { error: [], choices: [{}] }, undefined],
  ['no words', { error: { code: 500 } }, { reason: 'the server gives no reason', status: 500 }],
  ['a failure beside half an answer', { error: { message: 'No.' }, choices: [] }, { reason: 'No.' }],
  ['a remark beside an answer', { choices: [{}], message: 'ok' }, undefined],
  ['an error that is none', { error: null, choices: [{}] }, undefined],
  ['an empty error', { error: '', choices: [{}] }, undefined],
  ['another error that is none', { error: {}, choices: [{}] }, undefined],
  ['something else', { hello: 'world' }, undefined],
  ['no object', null, undefined],
])('%s', (_, reply, failure) => {
  expect(failureIn(reply)).toEqual(failure)
})
