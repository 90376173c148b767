import { fromEnvironment } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The options of `acme.chat`. */
export const chatOptions = z.strictObject({
  /** The name of the model. */
  model: z.string(),
  /** The address of the API. @default 'https://api.acme.example' */
  baseUrl: z.url().default('https://api.acme.example'),
  /** The key, which `env('ACME_API_KEY')` reads from the environment. */
  apiKey: fromEnvironment(z.string()).optional(),
})

/** The options as they are written in a config. */
export type ChatOptions = z.input<typeof chatOptions>
