// Runs a script as a process of its own and measures it: wall seconds and peak memory, from the operating system.
import { spawn } from 'node:child_process'

/** The processor time of this process when its libraries were loaded, if this module is imported last. */
const loaded = process.cpuUsage()

/** Whether a benchmark only has to show that it works. The scripts of a benchmark inherit it. */
export const isShort = process.env.MAESTRO_BENCH_SHORT === '1'

/** The size of a benchmark, or of its short form. */
export const sized = (whole, short) => (isShort ? short : whole)

/**
 * @returns {Promise<{ seconds: number, cpuSeconds: number, peakMegabytes: number, stdout: string }>} The seconds are those
 * of the whole process, or what the script says of itself by `reportSeconds`, as it does of the processor time of all its
 * threads.
 */
export function runScript(script, args = [], options = {}) {
  const started = process.hrtime.bigint()
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const whole = Number(process.hrtime.bigint() - started) / 1e9
      if (code !== 0) return reject(new Error(`${script} ended with ${code}`))
      const peak = /peak_rss_kb=(\d+)/.exec(stdout)
      const own = /seconds=([\d.]+)/.exec(stdout)
      const seconds = own === null ? whole : Number(own[1])
      const cpuSeconds = Number(/cpu_s=([\d.]+)/.exec(stdout)?.[1])
      resolve({ seconds, cpuSeconds, peakMegabytes: peak === null ? Number.NaN : Number(peak[1]) / 1024, stdout })
    })
  })
}

/** Call at the end of a measured script. */
export function reportPeak() {
  console.log(`peak_rss_kb=${process.resourceUsage().maxRSS}`)
}

/**
 * Says how long the measured part took, when loading the libraries is to stay out of it.
 *
 * @param usedBefore The processor time before it. @default when the libraries were loaded
 */
export function reportSeconds(started, usedBefore = loaded) {
  const { user, system } = process.cpuUsage(usedBefore)
  console.log(`seconds=${(performance.now() - started) / 1000}\ncpu_s=${(user + system) / 1e6}`)
}

/** The middle of several measurements. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Runs both in turn, so that a machine whose speed drifts treats them alike. */
export async function alternate(times, ours, theirs) {
  const results = { ours: [], theirs: [] }
  for (let round = 0; round < times; round++) {
    results.ours.push(await ours())
    results.theirs.push(await theirs())
  }
  return results
}

export const round = (value, digits = 2) => Number(value.toFixed(digits))
