import type { Schema } from './schema.js'
import { createToken } from './token.js'

/** Finished answers by the key of everything that changes them. Errors are never put in. */
export interface ResponseCache {
  get(key: string): Promise<unknown | undefined>
  set(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<boolean>
  clear(): Promise<void>
  stats(): Promise<{ readonly entries: number; readonly bytes: number }>
  dispose(): Promise<void>
}

/** A cache as a plugin contributes it. */
export interface CacheDefinition {
  readonly name: string
  readonly description?: string
  readonly options: Schema<unknown, unknown>
  create(options: unknown): ResponseCache
}

export const RESPONSE_CACHE = createToken<ResponseCache>('response-cache')
