import { pipeline } from '@maestro-dataflow/core'

// Writes the cleaned orders to one file and the total of each city to another. A duplicate order counts once; an order whose
// amount is not a number is rejected.
export default pipeline('orders')
  .read('fs.file', {
    path: 'data/orders.csv',
    columns: ['order', 'day', 'customer', 'city', 'item', 'amount', 'price'],
  })
  .step('table.dedupe', {})
  .step('table.cast', { columns: { day: 'date', amount: 'integer', price: 'number' } })
  .step('table.filter', { where: 'price is not null and amount >= $least', params: { least: 1 } })
  .map((row) => ({ ...row, total: Math.round((row.amount ?? 0) * (row.price ?? 0) * 100) / 100 }), {
    columns: { reads: ['amount', 'price'], adds: { total: 'number' } },
  })
  .branch((orders) =>
    orders
      .step('table.aggregate', {
        by: ['city'],
        values: { orders: 'count(*)', total: 'round(sum(total), 2)', last: 'max(day)' },
      })
      .step('table.sort', { by: 'total', descending: true })
      .write('fs.file', { path: 'out/cities.csv' }),
  )
  .step('table.select', { columns: ['order', 'day', 'customer', 'total'] })
  .step('table.sort', { by: [{ column: 'total', descending: true }, 'order'] })
  .write('fs.file', { path: 'out/orders.jsonl' })
