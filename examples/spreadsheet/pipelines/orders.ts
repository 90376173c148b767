import { pipeline } from '@maestro-dataflow/core'

// From a spreadsheet to a spreadsheet: names are tidied, duplicates are merged, orders that cannot be right are rejected,
// missing prices are filled in, and each customer gets running totals and a rank.
export default pipeline('orders')
  .read('fs.file', {
    path: 'data/orders.xlsx',
    columns: {
      order: 'string',
      day: 'date',
      customer: 'string',
      country: 'string',
      pieces: 'integer',
      price: 'number',
    },
  })
  .step('text.normalize', { input: 'customer', do: ['unicode', 'whitespace'] })
  .step('table.dedupe', { by: ['order'] })
  .step('table.validate', { rules: { pieces: { min: 1 }, country: { oneOf: ['NO', 'CN'] } } })
  .step('table.fill-missing', { columns: { price: 'median' }, by: ['country'] })
  .map((row) => ({ ...row, total: (row.pieces ?? 0) * (row.price ?? 0) }), {
    columns: { reads: ['pieces', 'price'], adds: { total: 'number' } },
  })
  .step('table.window', {
    by: ['customer'],
    orderBy: 'day',
    values: { order_of_customer: 'row_number()', spent_so_far: 'sum(total)' },
  })
  .step('table.sort', { by: ['customer', 'day'] })
  .write('fs.file', { path: 'out/orders.xlsx', sheet: 'Orders' })
