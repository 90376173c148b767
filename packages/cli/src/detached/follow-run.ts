import { open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunRecord } from '@maestro-dataflow/core/runtime'
import { outputFile } from './started-run.js'

const lookEvery = 200
/** How long a process may take to write its last words after its run has ended, in milliseconds. */
const lastWords = 5000

/**
 * Waits until no process works on a run, and passes on what it writes meanwhile.
 *
 * @returns whether it has written something, so that its report is among it
 */
export async function followRun(record: RunRecord, write: (text: string) => void): Promise<boolean> {
  const path = join(record.directory, outputFile)
  let read = 0
  const passOn = async () => {
    const text = await textFrom(path, read)
    read += text.length
    if (text.length > 0) write(text.toString('utf8'))
  }
  let holder = await record.holder()
  if (holder === undefined) return false
  for (let next: typeof holder | undefined = holder; next !== undefined; next = await record.holder()) {
    holder = next
    await passOn()
    await sleep(lookEvery)
  }
  await ended(holder)
  await passOn()
  return read > 0
}

/** The whole lines of a file from a byte on; nothing if there is no such file. */
async function textFrom(path: string, start: number): Promise<Buffer> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return Buffer.alloc(0)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - start)), 0, undefined, start)
    const text = buffer.subarray(0, bytesRead)
    return text.subarray(0, text.lastIndexOf(10) + 1)
  } finally {
    await file.close()
  }
}

async function ended({ host, pid }: { readonly host: string; readonly pid: number }): Promise<void> {
  for (let waited = 0; waited < lastWords && host === hostname() && isThere(pid); waited += lookEvery)
    await sleep(lookEvery)
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
