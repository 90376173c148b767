import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './start.js'

/** Gives the work a server and a folder, and takes both away after it. */
export async function withServer(options, work) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const server = await startServer(options)
  try {
    return await work(server, folder)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
