/** The dashboard for Grafana, drawn from the table of metrics. */
import { allMetrics, rows, type Metric } from './table.ts'

/** Grafana's grid is 24 wide. */
const panel_size = { w: 8, h: 7 } as const
const across = 24 / panel_size.w
const datasource = { type: 'prometheus', uid: '$datasource' }

interface Place { readonly x: number, readonly y: number, readonly w: number, readonly h: number }

const panel = (id: number, name: string, { title, help, expr, legend, unit }: Metric, gridPos: Place): object => ({
  id, type: 'timeseries', title, description: `${help} (${name})`, datasource, gridPos,
  fieldConfig: { defaults: { unit, custom: { fillOpacity: 10, showPoints: 'never' } }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  targets: [{ refId: 'A', datasource, expr, legendFormat: legend }]
})

function panels (): object[] {
  let y = 0
  let id = 0
  return rows.flatMap(row => {
    const own = allMetrics.filter(([, it]) => it.row === row)
    const heading = { id: ++id, type: 'row', title: row, collapsed: false, panels: [], gridPos: { x: 0, y: y++, w: 24, h: 1 } }
    const top = y
    y += Math.ceil(own.length / across) * panel_size.h
    return [heading, ...own.map(([name, it], at) => panel(++id, name, it, { ...panel_size, x: at % across * panel_size.w, y: top + Math.floor(at / across) * panel_size.h }))]
  })
}

/** @returns the dashboard as Grafana imports it, JSON; it asks for the Prometheus to read from */
export const dashboard = (): string => `${JSON.stringify({
  title: 'Zorgpoort', uid: 'zorgpoort', tags: ['zorgpoort'], schemaVersion: 39, version: 1, editable: true, refresh: '30s', timezone: 'browser',
  time: { from: 'now-6h', to: 'now' },
  templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
  panels: panels()
}, null, 2)}\n`
