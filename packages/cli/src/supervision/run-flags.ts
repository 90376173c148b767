/**
 * Rows live shortly. With its own bound, V8 lets them fill some 100 MB before it collects them, and half of that again
 * grows old by chance and stays for minutes, without being any faster.
 */
const youngRows = '--max-semi-space-size=16'

/** The flags of Node for the process in which a command runs. Those that a user has set stay. */
export function runFlags(): readonly string[] {
  const { execArgv, env, versions } = process
  const isSet = [...execArgv, env.NODE_OPTIONS ?? ''].some((flag) => flag.includes('semi-space'))
  // Other runtimes do not know the flag.
  const isOther = versions.bun !== undefined || versions.deno !== undefined
  return isSet || isOther ? execArgv : [...execArgv, youngRows]
}
