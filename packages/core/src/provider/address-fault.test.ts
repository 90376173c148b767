import { expect, test } from 'vitest'
import { addressFault } from './address-fault.js'

test.each([
  ['https://a.example/v1/v1/chat/completions', 'contains /v1 twice'],
  ['https://a.example/v1/chat/completions/chat/completions', 'contains /chat/completions twice'],
  ['https://a.example/v1/messages/messages', 'contains /messages twice'],
  ['https://a.example/chat/completions', 'contains no version'],
  ['https://a.example/api/', 'contains no version'],
])('%s %s', (address, words) => {
  const fault = addressFault(`${address}?key=secret`, 'baseURL')
  expect(fault).toContain(words)
  expect(fault).toContain('`baseURL`')
  expect(fault).not.toContain('secret')
})

test.each([
  'https://a.example/v1/chat/completions',
  'https://a.example/v1beta/models/gemini:generateContent',
  'https://a.example/openai/deployments/mine/chat/completions',
  'https://a.example/v1beta1/projects/one/locations/one/x',
  'no address',
])('nothing is noticed about %s', (address) => {
  expect(addressFault(address, 'baseUrl')).toBeUndefined()
})
