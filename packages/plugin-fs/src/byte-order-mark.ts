export const byteOrderMark = '\ufeff'

/** The beginning of a file. Readers drop a byte order mark there, so that one that belongs to the text gets another before it. */
export function withOwnMark(text: string): string {
  return text.startsWith(byteOrderMark) ? byteOrderMark + text : text
}
