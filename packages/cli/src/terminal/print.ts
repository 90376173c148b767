import { printable } from '@maestro-dataflow/core'
import { colours } from './style.js'

// The one place that writes what people read: names and values of rows, files and plugins stand in it.

/** Prints text on standard output. */
export function print(text: string): void {
  process.stdout.write(safe(text))
}

/** Prints a message on standard error. */
export function printMessage(text: string): void {
  process.stderr.write(safe(text))
}

/** A text for the terminal: of what a terminal acts upon, only the colours of this command pass. */
export function safe(text: string): string {
  return text
    .split(colours)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('')
}
