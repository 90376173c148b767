import type { ResponseCache } from '@maestro-dataflow/core'
import { Maestro } from '@maestro-dataflow/core/runtime'
import { differingParts } from './cache/differing-parts.js'
import { renderEntries } from './cache/render-entries.js'
import { renderExplanation } from './cache/render-explanation.js'
import { renderStats } from './cache/render-stats.js'
import { configOrNone } from './command-project.js'
import type { GlobalOptions } from './commands/command.js'
import { cliError } from './errors.js'
import { counted } from './terminal/format-number.js'
import { printJson } from './terminal/json.js'
import { outputWidth } from './terminal/output-width.js'
import { print } from './terminal/print.js'
import { styleFor } from './terminal/style.js'

export interface CacheCommandOptions extends GlobalOptions {
  readonly json?: boolean
}

/** `maestro cache stats` */
export function cacheStats(options: CacheCommandOptions): Promise<void> {
  return withCache(options, async (cache) => {
    const stats = await cache.stats()
    if (options.json) printJson(stats, 2)
    else print(renderStats(stats))
  })
}

/** `maestro cache list` */
export function cacheList(
  options: CacheCommandOptions & { readonly last: number; readonly row?: string },
): Promise<void> {
  return withCache(options, async (cache, use) => {
    if (cache.list === undefined) throw cliError('MAESTRO_CLI_CACHE_OPAQUE', { use, command: 'list' })
    const entries = await cache.list({ last: options.last, rowId: options.row })
    if (options.json) printJson(entries, 2)
    else print(renderEntries(entries, outputWidth(), styleFor(process.stdout)))
  })
}

/** `maestro cache explain` */
export function cacheExplain(key: string, options: CacheCommandOptions): Promise<void> {
  return withCache(options, async (cache, use) => {
    if (cache.explain === undefined) throw cliError('MAESTRO_CLI_CACHE_OPAQUE', { use, command: 'explain' })
    const { entry, candidates, nearest } = await cache.explain(key)
    if (entry === undefined) {
      if (candidates.length === 0) throw cliError('MAESTRO_CLI_CACHE_UNKNOWN', { key })
      throw cliError('MAESTRO_CLI_CACHE_AMBIGUOUS', { key, keys: candidates.map((candidate) => candidate.key) })
    }
    const compared = nearest.map((other) => ({ entry: other, differences: differingParts(entry.parts, other.parts) }))
    if (options.json) printJson({ entry, nearest: compared }, 2)
    else print(renderExplanation(entry, compared, outputWidth(), styleFor(process.stdout)))
  })
}

/** `maestro cache clear` */
export function cacheClear(
  options: CacheCommandOptions & { readonly olderThan?: number; readonly model?: string },
): Promise<void> {
  return withCache(options, async (cache) => {
    const { olderThan, model } = options
    const before = olderThan === undefined ? {} : { storedBefore: daysAgo(olderThan) }
    const cleared = await cache.clear({ ...before, ...(model === undefined ? {} : { model }) })
    if (options.json) printJson({ cleared })
    else print(`${counted(cleared, 'answer')} cleared\n`)
  })
}

/** Opens the cache of the project, or of the current folder if there is no config. @throws MAESTRO_CLI_CACHE_NONE */
async function withCache(
  { config: file, verbose = false }: CacheCommandOptions,
  work: (cache: ResponseCache, use: string) => Promise<void>,
): Promise<void> {
  const config = await configOrNone(file)
  const use = config.cache === false ? 'none' : (config.cache.use ?? 'disk')
  if (use === 'none' || use === 'memory') throw cliError('MAESTRO_CLI_CACHE_NONE', { use })
  const project = new Maestro(async () => (verbose ? { ...config, logLevel: 'debug' } : config))
  try {
    const cache = await project.responseCache()
    if (cache !== undefined) await work(cache, use)
  } finally {
    await project.dispose()
  }
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString()
}
