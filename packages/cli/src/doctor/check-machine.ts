import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import type { Check } from './check.js'

const gigabyte = 1e9

/** Checks the parts of the machine that runs depend on. */
export function checkMachine(): readonly Check[] {
  return [checkNode(process.versions.node), checkMemory(availableParallelism(), totalmem(), freemem())]
}

/** Checks that Node.js is new enough to run TypeScript. Odd versions are supported only for a short time. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const hint = 'Install Node.js 24, or another version with long-term support.'
  if (major < 22 || (major === 22 && minor < 18))
    return { name: 'node', status: 'fail', message: `${version} is too old: 22.18 or newer is needed`, hint }
  if (major % 2 === 1) return { name: 'node', status: 'warn', message: `${version} gets no long-term support`, hint }
  return { name: 'node', status: 'ok', message: version }
}

/** Checks the cores and the memory, which models in this process need. */
export function checkMemory(cores: number, total: number, free: number): Check {
  const message = `${cores} ${cores === 1 ? 'core' : 'cores'}, ${inGigabytes(total)} of memory, ${inGigabytes(free)} of it free`
  if (total >= 2 * gigabyte) return { name: 'machine', status: 'ok', message }
  const hint = 'Models in this process may not fit: use small ones, or a server. Set run.bytesInFlight below 64MiB.'
  return { name: 'machine', status: 'warn', message, hint }
}

/** Checks the free space for runs and outputs. */
export async function checkDisk(directory: string): Promise<Check> {
  const { bavail, bsize } = await statfs(directory)
  return checkSpace(bavail * bsize, directory)
}

export function checkSpace(free: number, directory: string): Check {
  const message = `${inGigabytes(free)} free at ${directory}`
  const hint = 'Make room: runs keep step files beside their outputs, and the embedded model takes 0.1 GB.'
  if (free >= gigabyte) return { name: 'disk', status: 'ok', message }
  return { name: 'disk', status: free < gigabyte / 20 ? 'fail' : 'warn', message, hint }
}

const inGigabytes = (bytes: number): string => `${(bytes / gigabyte).toFixed(1)} GB`
