import { z } from 'zod'
import { cacheBounds } from '../builtin/cache-bounds.js'
import type { PluginReference } from '../contracts/plugin.js'
import { byteSize } from '../define/options/byte-size.js'

const used = z.looseObject({ use: z.string() })
const positive = z.number().int().positive()

const serving = z.union([used, z.looseObject({ kind: z.string(), name: z.string() })], {
  error: "{ use: 'name of a serving', ...options } is expected, or a serving made in code",
})
const vectorStore = z.union([used, z.custom((value) => hasMethod(value, 'addVectors'))], {
  error: "{ use: 'name of a vector store', ...options } is expected, or a store made in code",
})
const plugin = z.custom<PluginReference>(isPluginReference, {
  error: "a package name, a path, ['name', options] or a plugin is expected",
})
const share = 'a whole number is expected, or a share such as "5%"'
const run = z.strictObject({
  rowsInFlight: positive.optional(),
  bytesInFlight: byteSize().optional(),
  onError: z.enum(['reject', 'fail']).optional(),
  maxRejects: z
    .union([z.number().int().nonnegative(), z.string().regex(/^\d+(\.\d+)?%$/, share)], { error: share })
    .optional(),
  failFast: positive.optional(),
  checks: z.enum(['sample', 'strict']).optional(),
  allowEmpty: z.boolean().optional(),
  keepStepFiles: z.boolean().optional(),
  ledger: z.union([z.boolean(), z.literal('checksums')]).optional(),
})
const amount = z.number('a number of 0 or more is expected').nonnegative('a number of 0 or more is expected')
const budget = z.strictObject({ usd: amount.optional(), tokens: amount.optional(), requests: amount.optional() })
const budgets = z.strictObject({
  run: budget.optional(),
  steps: z.record(z.string(), budget).optional(),
  providers: z.record(z.string(), budget).optional(),
})
/** A component by its name, or with options, which the component checks itself. */
const component = z.union([z.string(), used], "a name is expected, or { use: 'name', ...options }")
const cacheSettings = { use: z.string().optional(), ...cacheBounds.shape }
/** A contributed cache checks its own options. */
const cache = z.looseObject(cacheSettings).superRefine(({ use = 'disk', ...settings }, context) => {
  const keys = Object.keys(settings).filter((key) => !(key in cacheSettings))
  if (keys.length > 0 && ['disk', 'memory'].includes(use))
    context.addIssue({ code: 'unrecognized_keys', keys, input: settings })
})

/** The schema of a config. Plugins and servings that are objects in code pass unchecked. */
export const configSchema = z.strictObject({
  plugins: z.array(plugin).optional(),
  permissions: z.record(z.string(), z.literal('enforce')).optional(),
  servings: z.record(z.string(), serving).optional(),
  storages: z.record(z.string(), used).optional(),
  vectorStores: z.record(z.string(), vectorStore).optional(),
  pipelines: z.union([z.string(), z.array(z.string())]).optional(),
  run: run.optional(),
  budgets: budgets.optional(),
  cache: z.union([cache, z.literal(false)], '{ use, maxSize, ttl } or false is expected').optional(),
  limits: component.optional(),
  executor: component.optional(),
  tableEngine: component.optional(),
  stateDirectory: z.string().optional(),
  keepRuns: positive.optional(),
  allowOutsidePaths: z.boolean().optional(),
  allowPrivateAddresses: z.boolean().optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
})

/** The nested settings, for suggestions. */
export const nestedSettings: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(configSchema.shape),
  run: Object.keys(run.shape),
  budgets: Object.keys(budgets.shape),
  'budgets.run': Object.keys(budget.shape),
  cache: Object.keys(cacheSettings),
}

/** Whether a value can be an element of `plugins`. Its discovery checks whether it is a valid plugin. */
function isPluginReference(value: unknown): boolean {
  if (typeof value === 'string') return value !== ''
  if (Array.isArray(value)) return typeof value[0] === 'string' && value.length <= 2
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function'
}
