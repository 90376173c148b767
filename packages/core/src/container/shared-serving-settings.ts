import { z } from 'zod'
import type { ServingSettings } from '../contracts/serving-settings.js'
import { duration } from '../define/options/duration.js'
import { describeIssues } from '../errors/describe-issues.js'
import type { SharedSettings } from './configured-components.js'

const positive = z.number().positive()
const whole = z.number().int().nonnegative()
const price = z.number().nonnegative()

const tokenPrices = {
  input: price,
  output: price.optional(),
  cachedInput: price.optional(),
  cacheWriteInput: price.optional(),
  longCacheWriteInput: price.optional(),
  imageInput: price.optional(),
  audioInput: price.optional(),
  reasoning: price.optional(),
}
const tierPrices = {
  ...tokenPrices,
  longPrompts: z.array(z.strictObject({ ...tokenPrices, above: positive })).optional(),
}

const schema = z.strictObject({
  limits: z
    .strictObject({
      concurrency: z.number().int().positive().optional(),
      requestsPerMinute: positive.optional(),
      tokensPerMinute: positive.optional(),
    })
    .optional(),
  timeout: z
    .union([
      duration(),
      z.strictObject({
        attempt: duration().optional(),
        firstByte: duration().optional(),
        stall: duration().optional(),
        total: duration().optional(),
        outage: duration().optional(),
      }),
    ])
    .optional(),
  retries: whole.optional(),
  repairs: whole.optional(),
  cache: z.boolean().optional(),
  warmPrefix: z.boolean().optional(),
  price: z
    .strictObject({
      ...tierPrices,
      tiers: z.record(z.string(), z.strictObject(tierPrices)).optional(),
      request: price.optional(),
      date: z.string().optional(),
      source: z.string().optional(),
    })
    .optional(),
  fallback: z.string().optional(),
})

/** The settings that every serving of the config accepts besides its own options. */
export const servingSettings: SharedSettings = {
  has: (name) => Object.hasOwn(schema.shape, name),
  issues: (settings, setting) => describeIssues(schema.safeParse(settings).error?.issues ?? [], settings, setting),
}

/** The settings of a serving, already checked. */
export function readServingSettings(settings: object): ServingSettings {
  const given = schema.parse(settings)
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ServingSettings
}
