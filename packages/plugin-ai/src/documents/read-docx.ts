import { aiError } from '../errors.js'
import { assertInflates } from './assert-inflates.js'
import { htmlToMarkdown } from './html-to-markdown.js'
import type { LoadedDocument } from './loaded-document.js'

/**
 * Converts the text of a Word document to Markdown. Images are left out.
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

/**
 * Word documents seldom mark the header row of a table, but Markdown tables require one: the first row becomes the
 * header.
 */
function withHeaderRows(html: string): string {
  return html.replace(/<table><tr>(.*?)<\/tr>/gs, (_, cells: string) => {
    const head = cells.replace(/<(\/?)td\b/g, '<$1th')
    return `<table><tr>${head}</tr>`
  })
}
