/** What stands beside a backup: what it is, how it can be checked, and which keys it needs; never a key. */
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import { Ajv } from 'ajv'
import { sha256Hex, type Sha256 } from '../src/core/core.ts'
import { Problem } from './problem.ts'

const manifestSchema = Type.Object({
  format: Type.Literal('zorgpoort-backup-1'),
  /** When the copy was begun, RFC 3339: what was accepted later is not in it. */
  made: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$' }),
  version: Type.String(),
  mode: Type.Union([Type.Literal('test'), Type.Literal('production')]),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  size_bytes: Type.Integer({ minimum: 0 }),
  migrations: Type.Array(Type.String()),
  rows: Type.Record(Type.String(), Type.Integer()),
  last_received: Type.Union([Type.String(), Type.Null()]),
  audit: Type.Array(Type.Object({ chain: Type.String(), seq: Type.Integer(), mac: Type.Union([Type.String(), Type.Null()]) })),
  kek_ids: Type.Array(Type.String())
})

/** A backup's manifest; its members are those of the JSON file. */
export type Manifest = Static<typeof manifestSchema>

/** @returns the file's name beside that of the backup */
export const manifestOf = (path: string): string => `${path}.json`

/** @throws Problem when it is not there, or is no manifest */
export function readManifest (path: string): Manifest {
  const file = manifestOf(path)
  let text: string
  try { text = readFileSync(file, 'utf8') } catch { throw new Problem(`cannot read ${file}: it stands beside every backup and says how to check it; without it nothing is restored`) }
  try {
    const it: unknown = JSON.parse(text)
    if (new Ajv({ strict: false }).compile<Manifest>(manifestSchema)(it)) return it
  } catch { /* told below */ }
  throw new Problem(`${file} is no manifest of a backup`)
}

/** @param tell of each piece that was read, in bytes @returns SHA-256 of a file */
export async function digestOf (path: string, tell: (bytes: number) => void = () => {}): Promise<Sha256> {
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) {
    const piece = Buffer.from(chunk)
    digest.update(piece)
    tell(piece.byteLength)
  }
  return sha256Hex(digest.digest('hex'))
}
