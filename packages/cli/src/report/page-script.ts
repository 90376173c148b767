/** The script of a report: a number opens its rows, and uPlot draws the rate. It inserts all data as text. */
export const pageScript = `
'use strict'
const data = JSON.parse(document.getElementById('data').textContent)
const dialog = document.querySelector('dialog')
const element = (name, text, type) => {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (type !== undefined) made.className = type
  return made
}
const shown = (value) => (typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value))
function open(list) {
  const { title, total, more, rows } = data.lists[list]
  const body = dialog.querySelector('div')
  body.replaceChildren(element('h3', title))
  const counts = rows.length < total ? rows.length + ' of ' + total.toLocaleString('en-US') + ' rows. ' + more : ''
  body.append(element('p', counts, 'dim'))
  const records = rows.map(({ row }) => (row !== null && typeof row === 'object' ? row : row === undefined ? {} : { row }))
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const hasNotes = rows.some(({ note }) => note !== undefined)
  const table = element('table')
  const head = table.createTHead().insertRow()
  for (const name of ['id', ...(hasNotes ? ['why'] : []), ...columns]) head.append(element('th', name))
  const rest = table.createTBody()
  rows.forEach(({ id, note }, index) => {
    const line = rest.insertRow()
    for (const value of [id, ...(hasNotes ? [note] : []), ...columns.map((column) => records[index][column])])
      line.append(element('td', shown(value), 'cell'))
  })
  const wide = element('div', undefined, 'wide')
  wide.append(table)
  body.append(wide)
  dialog.showModal()
}
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-list]')
  if (link === null) return
  event.preventDefault()
  open(Number(link.dataset.list))
})
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close()
})
const place = document.getElementById('rate')
if (place !== null) {
  const style = getComputedStyle(document.documentElement)
  const colour = (name) => style.getPropertyValue(name).trim()
  const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line') }, ticks: { stroke: colour('--line') } }
  const size = () => ({ width: Math.max(200, place.clientWidth), height: 220 })
  const rows = { label: 'rows', stroke: colour('--main'), width: 2, fill: colour('--main') + '22' }
  const plot = new uPlot(
    {
      ...size(),
      scales: { x: { time: false } },
      series: [{ label: 'seconds' }, rows],
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => tick + ' s') },
        { ...axis, size: 88, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en-US')) },
      ],
    },
    [data.rate.map(([seconds]) => seconds), data.rate.map(([, count]) => count)],
    place,
  )
  addEventListener('resize', () => plot.setSize(size()))
}
`
