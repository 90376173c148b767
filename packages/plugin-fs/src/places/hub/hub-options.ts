import { fromEnvironment } from '@maestro-dataflow/core'
import { z } from 'zod'

const hub = {
  /** The address of the hub. @default HF_ENDPOINT, or else https://huggingface.co */
  endpoint: fromEnvironment(z.url({ protocol: /^https?$/ })).optional(),
  /** An access token, which private datasets and writing need. @default HF_TOKEN */
  token: fromEnvironment(z.string().min(1)).optional(),
}

/** How datasets of a hub are read. */
export const hubReadOptions = z.object({
  ...hub,
  /** The configuration of the dataset, which its card names. @default the default one, or the only one */
  config: z.string().optional(),
  /** The split of the dataset. It is required if a path names no files and the dataset has several splits. */
  split: z.string().optional(),
})

/** How datasets of a hub are written. */
export const hubWriteOptions = z.object({
  ...hub,
  /** Creates the dataset if it does not exist: for its owner alone, or for everybody. @default it must exist */
  create: z.enum(['private', 'public']).optional(),
  /** The first line of the message of the commit. @default 'Write <path>' */
  message: z.string().min(1).optional(),
})

export type HubReadOptions = z.output<typeof hubReadOptions>
export type HubWriteOptions = z.output<typeof hubWriteOptions>

/** A hub and the right to use it. */
export interface HubConnection {
  readonly endpoint: string
  readonly token: string | undefined
}

export function hubConnection(given: { readonly endpoint?: unknown; readonly token?: unknown } = {}): HubConnection {
  const { HF_ENDPOINT, HF_TOKEN } = process.env
  const { endpoint, token } = given as { readonly endpoint?: string; readonly token?: string }
  return {
    endpoint: (endpoint ?? (HF_ENDPOINT || 'https://huggingface.co')).replace(/\/+$/, ''),
    token: token ?? (HF_TOKEN || undefined),
  }
}
