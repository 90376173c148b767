const usual = 100
const narrowest = 40
const widest = 160

/** How wide text on standard output may be: the terminal, within reason. */
export function outputWidth(): number {
  return Math.min(widest, Math.max(narrowest, process.stdout.columns || usual))
}
