import { createToken } from './token.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Structured logging. The destination redacts known secrets and values under names that suggest a secret. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
  /** A logger that adds these fields to every line. */
  child(fields: Readonly<Record<string, unknown>>): Logger
}

export const LOGGER = createToken<Logger>('logger')
