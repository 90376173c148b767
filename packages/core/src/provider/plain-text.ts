/** An error page is long, and only its beginning is read, because patterns take long on some texts. */
const readCharacters = 16_384
const shownCharacters = 300

/**
 * The words of a message or an HTML page, in one line of at most 300 characters.
 *
 * @example
 * plainText('<h1>Bad gateway</h1>\n<hr>') // 'Bad gateway'
 */
export function plainText(page: string): string {
  const line = page
    .slice(0, readCharacters)
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= shownCharacters ? line : `${line.slice(0, shownCharacters)}...`
}
