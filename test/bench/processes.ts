/** What the system tells of processes and their threads: processor time and memory, from Linux's /proc; null where there is none. */
import { readdirSync, readFileSync } from 'node:fs'

/** @returns the fields of a `stat` after the name in brackets: state, parent, …, and user and system time as the 12th and 13th, in hundredths of a second */
const fieldsOf = (path: string): string[] => readFileSync(path, 'utf8').replace(/^.*\) /s, '').split(' ')

const sum = (fields: readonly string[], ...places: number[]): number => places.reduce((total, at) => total + Number(fields[at]) * 10, 0)

/** Peak and present resident memory of a process, in bytes. */
export function memoryOf (pid: number): { peak: number, now: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? NaN)
    return { peak: kb('VmHWM') * 1024, now: kb('VmRSS') * 1024 }
  } catch { return null }
}

/** Processor time a process has used so far, all its threads, in milliseconds. */
export function cpuOf (pid: number): number | null {
  try { return sum(fieldsOf(`/proc/${pid}/stat`), 11, 12) } catch { return null }
}

/** The same of a process with its children, also of those that have ended. */
export function cpuOfFamily (pid: number): number | null {
  try {
    const children = readdirSync('/proc').filter(it => /^\d+$/.test(it)).flatMap(it => {
      try {
        const fields = fieldsOf(`/proc/${it}/stat`)
        return Number(fields[1]) === pid ? [sum(fields, 11, 12)] : []
      } catch { return [] }
    })
    return children.reduce((total, it) => total + it, sum(fieldsOf(`/proc/${pid}/stat`), 11, 12, 13, 14))
  } catch { return null }
}

export interface Thread { readonly name: string, readonly cpu_ms: number }

/** The threads of a process, by their number. */
export function threadsOf (pid: number): Map<string, Thread> | null {
  try {
    return new Map(readdirSync(`/proc/${pid}/task`).flatMap(id => {
      const path = `/proc/${pid}/task/${id}`
      try { return [[id, { name: readFileSync(`${path}/comm`, 'utf8').trim(), cpu_ms: sum(fieldsOf(`${path}/stat`), 11, 12) }] as const] } catch { return [] }
    }))
  } catch { return null }
}
