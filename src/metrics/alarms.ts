/** The alarm rules for Prometheus, drawn from the table of metrics. */
import { allMetrics, type Alarm } from './table.ts'

/** JSON's strings are YAML's. */
const quoted = (text: string): string => JSON.stringify(text)

const rule = ({ name, expr, for: during, severity, means, what_to_do }: Alarm): string => [
  `      - alert: ${name}`,
  `        expr: ${quoted(expr)}`,
  `        for: ${during}`,
  '        labels:',
  `          severity: ${severity}`,
  '        annotations:',
  `          summary: ${quoted(means)}`,
  `          description: ${quoted(what_to_do)}`
].join('\n')

/** @returns the rules file, YAML */
export function alarmRules (): string {
  const rules = allMetrics.flatMap(([, { alarms = [] }]) => alarms.map(rule))
  return `# Alarms of Zorgpoort, drawn by "npm run generate" from src/metrics/table.ts: change them there.\ngroups:\n  - name: zorgpoort\n    rules:\n${rules.join('\n')}\n`
}
