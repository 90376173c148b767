import type { Logger, LogLevel } from '../contracts/logger.js'
import { printable } from '../errors/printable.js'
import type { SecretRedactor } from './secret-redactor.js'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

export interface LoggerOptions {
  readonly level: LogLevel
  /** Whether to write JSON lines instead of lines for people. @default false */
  readonly json?: boolean
  readonly redactor: SecretRedactor
  /** Receives finished lines. @default standard error */
  readonly write?: (line: string) => void
}

/**
 * A structured logger with one destination: messages with fields, as lines for people or as JSON lines, without
 * secrets.
 */
export function createLogger(options: LoggerOptions, fields: Readonly<Record<string, unknown>> = {}): Logger {
  const { level: lowest, json = false, redactor, write = (line) => void process.stderr.write(`${line}\n`) } = options
  const log =
    (level: LogLevel) =>
    (message: string, more: Readonly<Record<string, unknown>> = {}) => {
      if (levels.indexOf(level) < levels.indexOf(lowest)) return
      const text = redactor.text(message)
      const data = redactor.data({ ...fields, ...more }) as Record<string, unknown>
      write(
        printable(
          json
            ? JSON.stringify({ time: new Date().toISOString(), level, message: text, ...data })
            : `${level}: ${text}${readable(data)}`,
        ),
      )
    }
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => createLogger(options, { ...fields, ...more }),
  }
}

function readable(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        ` ${name}=${typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value)}`,
    )
    .join('')
}
