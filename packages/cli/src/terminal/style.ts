import { styleText } from 'node:util'

type Stream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** The text styles. Without colors, each returns its text unchanged. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly warn: (text: string) => string
  readonly bad: (text: string) => string
}

type Format = Parameters<typeof styleText>[0]

/** The styles of a stream, if it supports them. NO_COLOR, FORCE_COLOR, and TERM are respected. */
export function styleFor(stream: Stream): Style {
  const format = (name: Format) => (text: string) => styleText(name, text, { stream })
  return {
    bold: format('bold'),
    dim: format('dim'),
    good: format('green'),
    warn: format('yellow'),
    bad: format('red'),
  }
}

/** The escape sequences of these styles. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control characters
export const colours = /(\u001b\[(?:1|2|22|31|32|33|39)m)/

const as = (text: string): string => text

/** Styles without colors. */
export const plainStyle: Style = { bold: as, dim: as, good: as, warn: as, bad: as }
