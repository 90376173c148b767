/** A text on a page: its left end and its foot in points from the lower left corner. */
export interface DrawnText {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly size?: number
  /** Counter-clockwise, in degrees. @default 0 */
  readonly angle?: number
}

function matrix(angle: number): string {
  const [cosine, sine] = [Math.cos((angle / 180) * Math.PI), Math.sin((angle / 180) * Math.PI)]
  return [cosine, sine, -sine, cosine].map((value) => value.toFixed(6)).join(' ')
}

/**
 * A PDF whose pages hold texts exactly where, and in the order in which, they are given.
 *
 * @param rotation How far a viewer turns the pages, clockwise, in degrees.
 */
export function drawnPdf(pages: readonly (readonly DrawnText[])[], rotation = 0): Uint8Array {
  const objects: string[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((texts, index) => {
      const drawn = texts.map(
        ({ x, y, text, size = 10, angle = 0 }) =>
          `BT /F1 ${size} Tf ${matrix(angle)} ${x} ${y} Tm (${text.replaceAll(/[\\()]/g, '\\$&')}) Tj ET`,
      )
      const stream = drawn.join('\n')
      return [
        `<< /Type /Page /Parent 2 0 R /Rotate ${rotation} /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ]
    }),
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const start = file.length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
