import { printable } from '@maestro-dataflow/core'
import { colours } from './style.js'

// Only this file writes text for people, because the text contains names and values of rows, files, and plugins.

/** Prints text on standard output. */
export function print(text: string): void {
  process.stdout.write(safe(text))
}

/** Prints a message on standard error. */
export function printMessage(text: string): void {
  process.stderr.write(safe(text))
}

/** A text for the terminal. The colors of this command are the only control sequences that remain. */
export function safe(text: string): string {
  return text
    .split(colours)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('')
}
