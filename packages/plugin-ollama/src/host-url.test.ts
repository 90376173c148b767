import { expect, test } from 'vitest'
import { hostUrl } from './host-url.js'

test.each([
  ['gpu-box', 'http://gpu-box:11434'],
  ['gpu-box:80', 'http://gpu-box'],
  [':9000', 'http://127.0.0.1:9000'],
  [' 10.0.0.7:11434 ', 'http://10.0.0.7:11434'],
  ['0.0.0.0:11434', 'http://127.0.0.1:11434'],
  ['[::1]:11434', 'http://[::1]:11434'],
  ['http://gpu-box/', 'http://gpu-box'],
  ['https://models.example.com/ollama/', 'https://models.example.com/ollama'],
])('%s is %s', (given, url) => {
  expect(hostUrl(given)).toBe(url)
})

test.each(['', 'ftp://gpu-box', 'http://', 'http://me:word@gpu-box', 'gpu-box?key=1', 'a b', 'host:port'])(
  '%j is none',
  (given) => {
    expect(hostUrl(given)).toBeUndefined()
  },
)
