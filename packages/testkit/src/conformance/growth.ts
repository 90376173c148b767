import { readdirSync } from 'node:fs'

const rounds = 8
/** A few resources come and go at any time, for example the timers of a test runner. */
const tolerated = 3
/** Something has grown if there is this much more of it after all rounds. */
export const grownAfter = rounds - tolerated

/** What a process holds at a moment: its resources by kind, with their numbers. */
function held(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const add = (what: string, count: number) => counts.set(what, (counts.get(what) ?? 0) + count)
  for (const kind of process.getActiveResourcesInfo()) add(`open resources of the kind ${kind}`, 1)
  for (const event of process.eventNames())
    add(`listeners of process for ${String(event)}`, process.listenerCount(event))
  add('open files', openFiles())
  add('global names', Reflect.ownKeys(globalThis).length)
  add('variables of the environment', Object.keys(process.env).length)
  return counts
}

/** The number of open files, where the system says it. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

/**
 * What grows each time that some work is done. Work that is done once, such as loading a library, does not count. Something
 * else in the process may open a few resources meanwhile, so what has grown must grow again.
 */
export async function growthOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  await work()
  let grown: readonly string[] = []
  for (let tries = 0; tries < 3; tries++) {
    grown = await growthOfRounds(work)
    if (grown.length === 0) break
  }
  return grown
}

async function growthOfRounds(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = held()
  for (let round = 0; round < rounds; round++) await work()
  // Closed handles are gone in the next turns of the event loop.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  return [...held()].flatMap(([what, count]) => {
    const more = count - (before.get(what) ?? 0)
    return more >= grownAfter ? [`${what}: ${more} more after ${rounds} times`] : []
  })
}
