import { createToken } from './token.js'

/** How much is logged: the messages of this level and of those that are more severe. */
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

/** The token of the logger: `inject: [LOGGER]` gives it to an operator. */
export const LOGGER = createToken<Logger>('logger')
