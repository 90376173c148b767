export const byteOrderMark = '\ufeff'

/**
 * The beginning of a file. Readers remove a byte order mark there, so a mark that belongs to the text gets another one
 * before it.
 */
export function withOwnMark(text: string): string {
  return text.startsWith(byteOrderMark) ? byteOrderMark + text : text
}
