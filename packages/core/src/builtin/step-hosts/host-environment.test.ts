import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The folder of the cache of compiled code, in a process and in a thread of it. */
function cacheFolders(prepare: string): unknown {
  const script = `
    import module from 'node:module'
    import { Worker } from 'node:worker_threads'
    import { hostEnvironment } from ${JSON.stringify(new URL('./host-environment.ts', import.meta.url).href)}
    ${prepare}
    const code = 'require("node:worker_threads").parentPort.postMessage(require("node:module").getCompileCacheDir())'
    const thread = new Worker(code, { eval: true, execArgv: [], env: hostEnvironment() })
    thread.on('message', (found) => console.log(JSON.stringify([module.getCompileCacheDir() ?? null, found ?? null])))`
  const { NODE_COMPILE_CACHE: _, ...env } = process.env
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env })
  return JSON.parse(stdout)
}

test('a thread uses the cache of compiled code of the process, if there is one', () => {
  const [own, ofThread] = cacheFolders(`module.enableCompileCache(${JSON.stringify(folder)})`) as string[]
  expect(own?.startsWith(folder)).toBe(true)
  expect(ofThread).toBe(own)
  expect(cacheFolders('')).toEqual([null, null])
})
