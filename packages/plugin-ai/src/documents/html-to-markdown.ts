/** The elements that are not text of the page, or that repeat on every page of a site. */
const dropped = [
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'object',
  'svg',
  'nav',
  'form',
  'button',
  'head',
  'title',
] as const

/**
 * Converts HTML to Markdown. Headings, lists, tables, links, and code are kept; scripts, styles, forms, and navigation
 * are removed.
 */
export async function htmlToMarkdown(html: string): Promise<string> {
  const [{ default: TurndownService }, { gfm }] = await Promise.all([
    import('turndown'),
    import('@joplin/turndown-plugin-gfm'),
  ])
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  service.use(gfm)
  service.addRule('links that run code', {
    filter: (node) => node.nodeName === 'A' && runsCode(node.getAttribute('href') ?? ''),
    replacement: (content) => content,
  })
  // The library's own rule for images has precedence over `remove`.
  service.addRule('images', { filter: 'img', replacement: () => '' })
  // Text such as <script> or <javascript:x> would become markup or a link in Markdown.
  const escapeMarkdown = service.escape.bind(service)
  service.escape = (text) => escapeMarkdown(text).replaceAll(/<(?=[a-z/!?])/gi, '\\<')
  service.remove([...dropped] as Parameters<typeof service.remove>[0])
  return service.turndown(html).trim()
}

/** Browsers ignore control characters and white space in a scheme. */
const runsCode = (href: string): boolean => /^(?:javascript|vbscript|data):/i.test(href.replaceAll(/[\p{Cc}\s]/gu, ''))

/** The title of a page, without markup. */
export function htmlTitle(html: string): string | undefined {
  const found = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]
  const title = found?.replace(/\s+/g, ' ').trim()
  return title === undefined || title === '' ? undefined : decodeEntities(title)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole
    const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** The encoding that a page names in its head, if `TextDecoder` knows it. */
export function htmlEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 2048)).toString('latin1')
  const label = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1]
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined
  }
}
