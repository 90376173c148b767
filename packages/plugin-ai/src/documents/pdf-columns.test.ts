import { describe, expect, test } from 'vitest'
import { type DrawnText, drawnPdf } from '../__fixtures__/drawn-pdf.js'
import { documentFormat } from './document-format.js'
import { readPdf } from './read-pdf.js'

const leftColumn = [
  'The lighthouse was built in the',
  'year after the storm, when four',
  'ships had been lost at the reef.',
  'It burned oil until the war.',
]
const rightColumn = [
  'The keeper lived in two rooms',
  'under the lamp with his wife and',
  'a goat, which ate the logbook of',
  'the winter of 1911.',
]
const left = leftColumn.join(' ')
const right = rightColumn.join(' ')
const line =
  (x: number, top: number) =>
  (text: string, row: number): DrawnText => ({ x, y: top - 14 * row, text })
/** Two columns, each row of both before the next row. */
const rowByRow = (top: number) =>
  leftColumn.flatMap((text, row) => [line(50, top)(text, row), line(310, top)(rightColumn[row] ?? '', row)])

const limits = { name: 'drawn.pdf', maxInflatedSize: 1024 ** 2 }
const pagesOf = async (...pages: readonly (readonly DrawnText[])[]) => (await readPdf(drawnPdf(pages), limits)).pages

describe('columns', () => {
  test('that are drawn row by row are read one after the other', async () => {
    expect(await pagesOf(rowByRow(700))).toEqual([`${left}\n\n${right}`])
  })

  test('that are drawn one after the other stay as they are', async () => {
    const texts = [...leftColumn.map(line(50, 700)), ...rightColumn.map(line(310, 700))]
    expect(await pagesOf(texts)).toEqual([`${left}\n\n${right}`])
  })

  test('of which the right one is drawn first in each row', async () => {
    const texts = leftColumn.flatMap((text, row) => [
      line(310, 700)(rightColumn[row] ?? '', row),
      line(50, 700)(text, row),
    ])
    expect(await pagesOf(texts)).toEqual([`${left}\n\n${right}`])
  })

  test('that are drawn from the foot of the page to its head', async () => {
    const texts = rowByRow(700).toReversed()
    expect(await pagesOf(texts)).toEqual([`${left}\n\n${right}`])
    expect(await pagesOf(leftColumn.map(line(50, 700)).toReversed())).toEqual([left])
  })

  test('of German text, whose lines often begin with a capital letter', async () => {
    const columns = [
      [
        'Der Leuchtturm wurde im Jahr nach dem',
        'Sturm gebaut, als vier Schiffe am Riff',
        'verloren gingen und der Hafen kein',
        'Licht hatte. Er brannte mit Öl bis zum',
        'Krieg und blieb dann neun Winter lang',
      ],
      [
        'Der Wärter wohnte in zwei Zimmern',
        'unter der Lampe mit Frau und Ziege,',
        'die das Logbuch des Winters fraß.',
        'Er schrieb ein neues aus dem Kopf,',
        'das heute im Museum der Stadt liegt.',
      ],
    ] as const
    const texts = columns[0].flatMap((text, row) => [
      line(50, 700)(text, row),
      line(310, 700)(columns[1][row] ?? '', row),
    ])
    expect(await pagesOf(texts)).toEqual([columns.map((column) => column.join(' ')).join('\n\n')])
  })

  test('above the number of the page', async () => {
    const texts = [...rowByRow(700), { x: 290, y: 40, text: '7' }]
    expect(await pagesOf(texts)).toEqual([`${left}\n\n${right}\n\n7`])
  })

  test('stand between headings that span them', async () => {
    const texts = [
      { x: 50, y: 760, size: 20, text: 'The Lighthouse of Arholma and its Keepers' },
      ...rowByRow(700),
      {
        x: 50,
        y: 600,
        text: 'A line across both columns of the page, from the left margin to the right one, ends it.',
      },
    ]
    expect(await pagesOf(texts)).toEqual([
      `# The Lighthouse of Arholma and its Keepers\n\n${left}\n\n${right}\n\nA line across both columns of the page, from the left margin to the right one, ends it.`,
    ])
  })

  test('three of them', async () => {
    const words = ['alpha beta gamma delta', 'epsilon zeta eta theta', 'iota kappa lambda mu n']
    const texts = words.flatMap((text, row) =>
      [40, 220, 400].map((x, column) => line(x, 700)(`${text} ${column}`, row)),
    )
    expect(await pagesOf(texts)).toEqual([
      [0, 1, 2].map((column) => words.map((text) => `${text} ${column}`).join(' ')).join('\n\n'),
    ])
  })

  test('three of them, whose rows are not level and not equally many', async () => {
    const columns = [
      leftColumn,
      rightColumn,
      ['Nobody has lived there since the', 'lamp was replaced by one that', 'lights itself every evening.'],
    ]
    const texts = columns
      .flatMap((column, place) =>
        column.map((text, row) => ({ x: 30 + 185 * place, y: 700 - 14 * row - 4 * place, text })),
      )
      .sort((one, other) => other.y - one.y)
    expect(await pagesOf(texts)).toEqual([columns.map((column) => column.join(' ')).join('\n\n')])
  })

  test('with a heading of their own each', async () => {
    const texts = [
      { x: 50, y: 730, size: 16, text: 'The building' },
      { x: 310, y: 730, size: 16, text: 'The keeper' },
      ...rowByRow(700),
    ]
    expect(await pagesOf(texts)).toEqual([`# The building\n\n${left}\n\n# The keeper\n\n${right}`])
  })

  test('the rows of a table stay together, even if its cells are long', async () => {
    const rows = [
      ['Opening hours in summer', 'From nine in the morning', 'Until eight in the evening'],
      ['Opening hours in winter', 'From eleven in the morning', 'Until five in the afternoon'],
      ['Guided tours on Sundays', 'Every hour from ten o’clock', 'Please book in advance'],
      ['Boats to the island', 'Twice a day from the pier', 'Not during a storm'],
    ]
    const texts = rows.flatMap((cells, row) =>
      cells.map((text, column) => line(40 + 180 * column, 700)(text.replace('’', "'"), row)),
    )
    expect(await pagesOf(texts)).toEqual([rows.flat().join(' ').replace('’', "'")])
  })

  test('the rows of a table stay together', async () => {
    const rows = [
      ['Name', 'Fare'],
      ['Adult', '12.50'],
      ['Child', '6.00'],
      ['Dog', '3.00'],
    ]
    const texts = rows.flatMap(([name = '', fare = ''], row) => [line(50, 700)(name, row), line(310, 700)(fare, row)])
    expect(await pagesOf(texts)).toEqual(['Name Fare Adult 12.50 Child 6.00 Dog 3.00'])
  })
})

describe('text in another direction', () => {
  /** A line in the frame of a page that was turned: `x` to the right and `y` upward for the reader. */
  const turned =
    (angle: number) =>
    ({ x, y, text, size }: DrawnText): DrawnText => {
      const [cosine, sine] = [Math.cos((angle / 180) * Math.PI), Math.sin((angle / 180) * Math.PI)]
      return {
        x: 300 + (x - 300) * cosine - (y - 650) * sine,
        y: 400 + (x - 300) * sine + (y - 650) * cosine,
        text,
        angle,
        ...(size === undefined ? {} : { size }),
      }
    }

  test.each([90, 180, 270, 2, -3])(
    'a page whose text is turned by %i degrees is read like any other',
    async (angle) => {
      const texts = [{ x: 50, y: 730, size: 20, text: 'The Lighthouse' }, ...rowByRow(700)].map(turned(angle))
      const rotation = Math.round(angle / 90) * 90
      const { pages } = await readPdf(drawnPdf([texts], rotation), limits)
      expect(pages).toEqual([`# The Lighthouse\n\n${left}\n\n${right}`])
    },
  )

  test('a page that a viewer turns is read as its text runs', async () => {
    const { pages } = await readPdf(drawnPdf([rowByRow(700)], 90), limits)
    expect(pages).toEqual([`${left}\n\n${right}`])
  })

  test('a note in the margin does not tear the text apart', async () => {
    const [first, ...rest] = leftColumn.map(line(50, 700))
    const note = { x: 20, y: 300, text: 'Printed in Arholma', angle: 90 }
    expect(await pagesOf([...(first === undefined ? [] : [first]), note, ...rest])).toEqual([
      `${left}\n\nPrinted in Arholma`,
    ])
  })
})

describe('a head that is not at the beginning', () => {
  const pdf = drawnPdf([[{ x: 50, y: 700, text: 'Found all the same.' }]])
  const shifted = Buffer.concat([Buffer.from('X-Gateway: scanned\r\n\r\n'), pdf])

  test.each(['named.pdf', 'nameless', 'other.txt'])('%s is read as a PDF', async (name) => {
    expect(documentFormat(shifted, { name })).toBe('pdf')
    expect((await readPdf(shifted, { ...limits, name })).pages).toEqual(['Found all the same.'])
  })

  test('a text about PDFs is a text', () => {
    const text = Buffer.from('# Formats\n\nA PDF begins with %PDF-1.7 and ends with %%EOF.\n')
    expect(documentFormat(text, { name: 'formats.md' })).toBe('markdown')
    expect(documentFormat(text, { name: 'nameless' })).toBe('text')
  })
})
