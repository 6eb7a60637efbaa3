/** Line numbers counted from the bytes. */
import { scan } from './scan.ts'

const LF = 0x0a

/** @returns the line, from 1, of the byte at `at` */
export function lineAt (bytes: Buffer, at: number): number {
  let line = 1
  for (let i = bytes.indexOf(LF); i >= 0 && i < at; i = bytes.indexOf(LF, i + 1)) line++
  return line
}

/** @returns the line of every element, in document order; for messages of more lines than the parser's nodes can tell (65,535) */
export function elementLines (bytes: Buffer): Uint32Array {
  const lines: number[] = []
  let line = 1; let newline = bytes.indexOf(LF)
  scan(bytes, at => {
    for (; newline >= 0 && newline < at; newline = bytes.indexOf(LF, newline + 1)) line++
    lines.push(line)
  })
  return Uint32Array.from(lines)
}
