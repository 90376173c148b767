import type { z } from 'zod'
import { LOGGER } from '../contracts/logger.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import { PROJECT } from '../contracts/project.js'
import { defineCache, defineExecutor } from '../define/define-component.js'
import { definePlugin } from '../define/define-plugin.js'
import { cacheBounds } from './cache-bounds.js'
import { createDiskCache } from './disk-cache.js'
import { createLocalExecutor } from './local-executor.js'
import { createMemoryCache } from './memory-cache.js'
import { automatic, processes, threads } from './step-hosts/step-executors.js'

const defaultMemory = 256 * 1024 * 1024

const disk = defineCache({
  name: 'disk',
  description: 'Answers in the state directory, for all runs and processes',
  options: cacheBounds,
  inject: [PROJECT, LOGGER],
  create: (given, [{ stateDirectory }, logger]) => createDiskCache({ stateDirectory, logger, ...boundsOf(given) }),
})

const memory = defineCache({
  name: 'memory',
  description: 'Answers in this process',
  options: cacheBounds,
  inject: [LOGGER],
  create: (given, [logger]) =>
    createMemoryCache({ maxEntries: Number.POSITIVE_INFINITY, maxBytes: defaultMemory, logger, ...boundsOf(given) }),
})

const local = defineExecutor({
  name: 'local',
  description: 'Runs one partition after the other in this thread',
  create: createLocalExecutor,
})

/** The contributions of core itself. */
export const builtin: PluginDefinition = definePlugin({
  name: 'core',
  caches: [disk, memory],
  executors: [automatic, local, threads, processes],
})

function boundsOf({ maxSize, ttl }: z.output<typeof cacheBounds>) {
  return { ...(maxSize === undefined ? {} : { maxBytes: maxSize }), ...(ttl === undefined ? {} : { ttl }) }
}
