import { pipeline } from '@maestro-dataflow/core'
import { z } from 'zod'

const invoice = z.object({
  vendor: z.string().describe('who sends the invoice'),
  date: z.string().describe('as YYYY-MM-DD'),
  total: z.number().describe('the sum to pay'),
  currency: z.enum(['EUR', 'USD', 'GBP']),
})

// Turns pictures of invoices into typed rows. A model may misread, so the picture must contain each value.
export default pipeline('invoices')
  .read('fs.file', { path: 'images.csv', columns: ['image'], key: 'image' })
  .step('ai.multimodal', { inputs: { image: 'image' }, task: 'ocr', output: 'text' })
  .step('ai.extract', {
    input: 'text',
    schema: invoice,
    examples: [
      {
        input: 'Green Garden\nInvoice number: 77\nDate: 2025-11-30\n2 x Rose 18.00\n1 x Spade 25.50\nTotal: 43.50 EUR',
        output: { vendor: 'Green Garden', date: '2025-11-30', total: 43.5, currency: 'EUR' },
      },
      {
        input: 'Invoice K-9\nfrom Old Bookshop\nof 2025-12-01\nAtlas (1) 80.00\nSum 80.00 USD',
        output: { vendor: 'Old Bookshop', date: '2025-12-01', total: 80, currency: 'USD' },
      },
    ],
    temperature: 0,
    maxTokens: 96,
  })
  .map(({ text, text_confidence, ...row }) => ({
    ...row,
    checked:
      text.includes(row.total.toFixed(2)) &&
      text.includes(row.date) &&
      text.includes(row.vendor) &&
      text.includes(row.currency),
    confidence: Math.round(text_confidence * 100) / 100,
  }))
  .write('fs.file', { path: 'out/invoices.csv' })
