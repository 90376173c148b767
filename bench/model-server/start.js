// Starts the server and stops it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** @returns its address, what it counted, and how to stop it */
export async function startServer(options) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server.js'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stdout.setEncoding('utf8').once('data', (text) => resolve(/port=(\d+)/.exec(text)?.[1]))
  })
  const address = `http://127.0.0.1:${port}`
  return {
    baseUrl: `${address}/v1`,
    counts: async () => (await fetch(`${address}/counts`)).json(),
    stop: () =>
      new Promise((resolve) => {
        child.on('close', resolve)
        child.kill()
      }),
  }
}
