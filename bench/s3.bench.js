// JSON Lines to a bucket and back through a pipeline and a loopback server, beside the same copy on this machine, which shows what
// the bucket costs besides the rows, and beside boto3 alone, which copies bytes. Reports megabytes per second, and the processor time of all threads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTable } from './formats/make-table.js'
import { round, runScript, sized } from './measure.js'
import { peerPython, runPeer } from './peers.js'

const script = (name) => join(import.meta.dirname, 's3', name)

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const server = spawn(process.execPath, [script('server.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(server.stdout.setEncoding('utf8'), 'data')
    const endpoint = `http://127.0.0.1:${port.trim()}`
    const path = (name) => join(folder, name)
    await makeTable(path('in.jsonl'), sized(5_000_000, 100_000), 10)
    const megabytes = statSync(path('in.jsonl')).size / 1e6
    const copy = (from, to) => runScript(script('copy.js'), [from, to, endpoint])
    const local = await copy(path('in.jsonl'), path('local.jsonl'))
    const write = await copy(path('in.jsonl'), 's3://bench/rows.jsonl')
    const read = await copy('s3://bench/rows.jsonl', path('out.jsonl'))
    if (!isSame(path('in.jsonl'), path('out.jsonl'))) throw new Error('other rows came back than were written')
    const figures = {
      megabytes: Math.round(megabytes),
      write_mb_per_s: round(megabytes / write.seconds),
      read_mb_per_s: round(megabytes / read.seconds),
      local_mb_per_s: round(megabytes / local.seconds),
      write_cpu_s: round(write.cpuSeconds),
      read_cpu_s: round(read.cpuSeconds),
      local_cpu_s: round(local.cpuSeconds),
      peak_mb: Math.round(Math.max(write.peakMegabytes, read.peakMegabytes)),
    }
    const python = peerPython()
    if (python === undefined) return figures
    const { stdout, cpuSeconds } = runPeer(python, script('boto3_peer.py'), [
      endpoint,
      path('in.jsonl'),
      path('boto3.jsonl'),
    ])
    const rate = (name) => round(megabytes / Number(new RegExp(`^${name}=([\\d.]+)`, 'm').exec(stdout)?.[1]))
    return {
      ...figures,
      boto3_write_mb_per_s: rate('write_s'),
      boto3_read_mb_per_s: rate('read_s'),
      boto3_cpu_s: round(cpuSeconds),
    }
  } finally {
    server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

const isSame = (one, other) => readFileSync(one).equals(readFileSync(other))
