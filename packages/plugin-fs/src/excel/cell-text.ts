/** Characters that XML cannot hold are written as their code: `_x0001_`. */
const escaped = /_x([0-9A-Fa-f]{4})_/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML refuses
const refused = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\r|_(?=x[0-9A-Fa-f]{4}_)/g

export function decodeText(text: string): string {
  return text.includes('_x')
    ? text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
}

/** Text as XML. */
export function encodeText(text: string): string {
  return text
    .replace(refused, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The number of a column, from 0, in the address of a cell such as `AB12`. */
export function columnOf(address: string): number {
  let number = 0
  for (const letter of address) {
    const code = letter.charCodeAt(0)
    if (code < 65 || code > 90) break
    number = number * 26 + code - 64
  }
  return number - 1
}

/** The letters of a column. */
export function lettersOf(column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return letters
}
