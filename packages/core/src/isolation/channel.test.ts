import { duplexPair } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Channel } from './channel.js'

interface Asked {
  echo(text: string): string
}

/** A channel whose other process is not trusted, and the stream of that process. */
function channel(bounds: { readonly longest: number; readonly unread: number }) {
  const [ours, theirs] = duplexPair()
  const floods: string[] = []
  const answers = { echo: (text: string) => text }
  const made: Channel<Asked, Asked> = new Channel<Asked, Asked>(ours, 'acme', answers, undefined, {
    ...bounds,
    flooded: (how) => {
      floods.push(how)
      made.end(new RangeError(how))
    },
  })
  return { made, theirs, floods }
}

test('a line without an end is not held without a bound, and ends the calls under way', async () => {
  const { made, theirs, floods } = channel({ longest: 100, unread: 1e9 })
  const asked = made.call('echo', 'x').catch((error: Error) => error.message)
  for (let part = 0; part < 30; part++) theirs.write('x'.repeat(10))
  expect(await asked).toBe('a message without an end')
  expect(floods).toHaveLength(1)
})

test('lines of any number that are short enough are read', async () => {
  const { theirs, floods } = channel({ longest: 100, unread: 1e9 })
  let read = ''
  theirs.setEncoding('utf8').on('data', (text: string) => {
    read += text
  })
  for (let ask = 1; ask <= 20; ask++) theirs.write(`${JSON.stringify({ ask, method: 'echo', body: '"yes"' })}\n`)
  while (read.split('\n').length < 21) await setImmediate()
  expect(floods).toEqual([])
})

test('a process that asks and reads no answer is stopped', async () => {
  const { made, theirs, floods } = channel({ longest: 1e6, unread: 50_000 })
  const asked = made.call('echo', 'x').catch((error: Error) => error.message)
  const body = JSON.stringify('y'.repeat(10_000))
  for (let ask = 1; ask <= 40; ask++) {
    theirs.write(`${JSON.stringify({ ask, method: 'echo', body })}\n`)
    await setImmediate()
  }
  expect(await asked).toBe('questions whose answers it does not read')
  expect(floods).toHaveLength(1)
})
