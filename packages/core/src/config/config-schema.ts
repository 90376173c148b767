import { z } from 'zod'

const used = z.looseObject({ use: z.string() })
const positive = z.number().int().positive()

/** What a config may hold. Plugins and servings given as objects in code pass as they are. */
export const configSchema = z.strictObject({
  plugins: z.array(z.unknown()).optional(),
  servings: z.record(z.string(), z.union([used, z.looseObject({ kind: z.string(), name: z.string() })])).optional(),
  storages: z.record(z.string(), used).optional(),
  vectorStores: z.record(z.string(), used).optional(),
  pipelines: z.union([z.string(), z.array(z.string())]).optional(),
  run: z
    .strictObject({
      rowsInFlight: positive.optional(),
      megabytesInFlight: z.number().positive().optional(),
      onError: z.enum(['reject', 'fail']).optional(),
      maxRejects: z
        .union([
          z.number().int().nonnegative(),
          z.string().regex(/^\d+(\.\d+)?%$/, 'a number, or a share such as "5%"'),
        ])
        .optional(),
      failFast: positive.optional(),
    })
    .optional(),
  budgets: z.record(z.string(), z.unknown()).optional(),
  cache: z.record(z.string(), z.unknown()).optional(),
  executor: z.string().optional(),
  tableEngine: z
    .union([
      z.string(),
      z.strictObject({ use: z.string(), threads: positive.optional(), memoryMegabytes: positive.optional() }),
    ])
    .optional(),
  stateDirectory: z.string().optional(),
  keepRuns: positive.optional(),
  allowOutsidePaths: z.boolean().optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
})
