import module from 'node:module'
import { dirname } from 'node:path'

/**
 * The environment variables of a new thread or process. It shares the cache of compiled code of this process, if there is
 * one, because compiling takes half of its start.
 */
export function hostEnvironment(): NodeJS.ProcessEnv {
  // Deno does not have this function.
  const folder = module.getCompileCacheDir?.()
  // The folder is the one of this version of Node.js, inside of the one that was given.
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) }
}
