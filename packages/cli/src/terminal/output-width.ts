const usual = 100
const narrowest = 40
const widest = 160

/** The width of text on standard output: that of the terminal, within limits. */
export function outputWidth(): number {
  return Math.min(widest, Math.max(narrowest, process.stdout.columns || usual))
}
