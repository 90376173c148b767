import { z } from 'zod'
import type { UsedComponent } from '../config/resolved-config.js'
import type { ServingSettings } from '../contracts/serving-settings.js'
import { describeIssues } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'
import { duration } from '../options/duration.js'

const positive = z.number().positive()
const whole = z.number().int().nonnegative()
const price = z.number().nonnegative()

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
  price: z
    .strictObject({
      input: price,
      output: price.optional(),
      cachedInput: price.optional(),
      request: price.optional(),
      date: z.string().optional(),
      source: z.string().optional(),
    })
    .optional(),
})

/** What is for the serving plane and what is for the provider. */
export function splitSettings({ use: _, ...all }: UsedComponent): {
  readonly settings: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
} {
  const isSetting = (name: string) => Object.hasOwn(schema.shape, name)
  const entries = Object.entries(all)
  return {
    settings: Object.fromEntries(entries.filter(([name]) => isSetting(name))),
    options: Object.fromEntries(entries.filter(([name]) => !isSetting(name))),
  }
}

/** @throws MAESTRO_CONFIG_INVALID */
export function readSettings(given: object, setting: string, path: string): ServingSettings {
  const result = schema.safeParse(given)
  if (result.success) return withoutUndefined(result.data) as ServingSettings
  throw maestroError('MAESTRO_CONFIG_INVALID', { path, issues: describeIssues(result.error.issues, setting) })
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}
