// The Python programs that benchmarks of tables and formats run beside ours, in the same run and each in a process of its own.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { isShort, round } from './measure.js'

/** The Python that has the peers, which is installed first if it is missing; undefined in the short form, or without it. */
export function peerPython() {
  if (isShort) return undefined
  try {
    return execFileSync(join(import.meta.dirname, '../.ci/install-peers'), { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** Seconds, processor seconds, and peak memory of a script of a peer, as it says them itself. */
export function runPeer(python, script, args) {
  const stdout = execFileSync(python, [script, ...args], { encoding: 'utf8' })
  const numberOf = (name) => Number(new RegExp(`^${name}=([\\d.]+)`, 'm').exec(stdout)?.[1])
  return {
    seconds: numberOf('seconds'),
    cpuSeconds: numberOf('cpu_seconds'),
    peakMegabytes: numberOf('peak_rss_kb') / 1024,
    stdout,
  }
}

/** The figures of a peer under the names of a benchmark. */
export const peerFigures = (name, { seconds, cpuSeconds, peakMegabytes }) => ({
  [`${name}_s`]: round(seconds),
  [`${name}_cpu_s`]: round(cpuSeconds),
  [`${name}_peak_mb`]: Math.round(peakMegabytes),
})
