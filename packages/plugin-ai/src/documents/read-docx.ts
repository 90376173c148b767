import { aiError } from '../errors.js'
import { assertInflates } from './assert-inflates.js'
import { htmlToMarkdown } from './html-to-markdown.js'
import type { LoadedDocument } from './loaded-document.js'

/**
 * The text of a Word document as Markdown. Pictures are left out.
 *
 * @throws MAESTRO_AI_DOCUMENT_DAMAGED, MAESTRO_AI_DOCUMENT_INFLATES, MAESTRO_AI_DOCUMENT_NO_TEXT
 */
export async function readDocx(
  bytes: Uint8Array,
  { name, maxInflatedSize }: { readonly name: string; readonly maxInflatedSize: number },
): Promise<LoadedDocument> {
  await assertInflates(bytes, { name, maxInflatedSize })
  const { default: mammoth } = await import('mammoth')
  let html: string
  try {
    const convertImage = mammoth.images.imgElement(async () => ({ src: '' }))
    html = (await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage })).value
  } catch (error) {
    const { message: reason } = error as Error
    throw aiError('MAESTRO_AI_DOCUMENT_DAMAGED', { document: name, format: 'docx', reason }, error)
  }
  const text = await htmlToMarkdown(withHeaderRows(html))
  if (text === '') throw aiError('MAESTRO_AI_DOCUMENT_NO_TEXT', { document: name })
  return { format: 'docx', pages: [text] }
}

/** Word seldom says which row of a table is its head, and Markdown has no tables without: the first one is. */
function withHeaderRows(html: string): string {
  return html.replace(/<table><tr>(.*?)<\/tr>/gs, (_, cells: string) => {
    const head = cells.replace(/<(\/?)td\b/g, '<$1th')
    return `<table><tr>${head}</tr>`
  })
}
