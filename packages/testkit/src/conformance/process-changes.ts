const builtIn = { Object, Array, String, Number, Boolean, Function, Promise, Date, RegExp, Map, Set, Error, JSON, Math }

/** The properties of built-in objects and of their prototypes. */
function builtInProperties(): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>()
  for (const [name, object] of Object.entries(builtIn))
    for (const [place, owner] of [
      [name, object],
      [`${name}.prototype`, 'prototype' in object ? object.prototype : undefined],
    ] as const)
      if (owner !== undefined)
        for (const key of Reflect.ownKeys(owner))
          found.set(`${place}.${String(key)}`, Reflect.getOwnPropertyDescriptor(owner, key)?.value)
  return found
}

/** What the language offers before a suite runs anything. */
const atFirst = builtInProperties()

/**
 * Does some work.
 *
 * @param environment The variables before the work, or before earlier work of the same kind.
 * @returns What it changes for everything else in this process.
 */
export async function processChangesOf(
  work: () => Promise<unknown>,
  environment: NodeJS.ProcessEnv = { ...process.env },
): Promise<readonly string[]> {
  const { chdir, exitCode } = process
  const changes: string[] = []
  process.exitCode = undefined
  process.chdir = (folder) => {
    changes.push('the working directory')
    chdir(folder)
  }
  try {
    await work()
  } finally {
    process.chdir = chdir
  }
  if (process.exitCode !== undefined) changes.push(`the exit code of the process, which is ${process.exitCode}`)
  process.exitCode = exitCode
  const variables = [...new Set([...Object.keys(environment), ...Object.keys(process.env)])]
  changes.push(
    ...variables.filter((name) => environment[name] !== process.env[name]).map((name) => `the variable ${name}`),
    ...[...builtInProperties()].flatMap(([name, value]) => (Object.is(atFirst.get(name), value) ? [] : [name])),
  )
  return [...new Set(changes)]
}
