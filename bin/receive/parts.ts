/**
 * A push as it comes over the wire, taken apart. Strict: no library in use here reads multipart/form-data, and one that
 * reads it as browsers write it would take more than a gateway ever sends.
 */

/** What a gateway sends, each exactly once and in this order. */
export const partNames = ['metadata', 'payload', 'seal', 'receipt'] as const
export type PartName = typeof partNames[number]
export type Parts = Readonly<Record<PartName, Buffer>>

/** What came is not what a gateway sends; `code` is what it is told. */
export class Malformed extends Error {
  readonly code: string
  constructor (code: string) {
    super(code)
    this.code = code
  }
}

const head_bytes_max = 1_024

/** @returns the boundary as it stands before each part */
function boundaryIn (contentType: string | undefined): Buffer {
  const boundary = /^multipart\/form-data; ?boundary=("?)([A-Za-z0-9'()+_,./:=?-]{1,70})\1$/i.exec(contentType ?? '')?.[2]
  if (boundary === undefined) throw new Malformed('no_multipart')
  return Buffer.from(`\r\n--${boundary}`)
}

/** @returns the part's name and its bytes, a view of the given */
function partIn (bytes: Buffer): readonly [name: string, content: Buffer] {
  const blank = bytes.subarray(0, head_bytes_max).indexOf('\r\n\r\n')
  if (blank === -1) throw new Malformed('part_without_head')
  const lines = bytes.subarray(0, blank).toString('latin1').split('\r\n')
  const names = lines.flatMap(line => /^content-disposition: form-data; name="([a-z]+)"(?:; filename="[A-Za-z0-9._-]+")?$/i.exec(line)?.[1] ?? [])
  const [name, more] = names
  if (name === undefined || more !== undefined || lines.some(line => !/^[A-Za-z-]+: [\x20-\x7e]+$/.test(line))) throw new Malformed('part_with_wrong_head')
  return [name, bytes.subarray(blank + 4)]
}

/** @returns the four parts, views of the body @throws Malformed */
export function readParts (contentType: string | undefined, body: Buffer): Parts {
  const boundary = boundaryIn(contentType)
  const found: Array<readonly [string, Buffer]> = []
  // The first boundary has no line break before it.
  if (!body.subarray(0, boundary.length - 2).equals(boundary.subarray(2))) throw new Malformed('no_boundary')
  for (let at = boundary.length - 2; ;) {
    const end = body.subarray(at, at + 2).toString('latin1')
    if (end === '--') {
      if (body.length > at + 4 || !['', '\r\n'].includes(body.subarray(at + 2).toString('latin1'))) throw new Malformed('bytes_after_the_end')
      break
    }
    const next = end === '\r\n' ? body.indexOf(boundary, at + 2) : -1
    if (next === -1 || found.length === partNames.length) throw new Malformed(next === -1 ? 'cut_off' : 'too_many_parts')
    found.push(partIn(body.subarray(at + 2, next)))
    at = next + boundary.length
  }
  const [metadata, payload, seal, receipt] = partNames.map((name, at) => found[at]?.[0] === name ? found[at][1] : undefined)
  if (metadata === undefined || payload === undefined || seal === undefined || receipt === undefined) throw new Malformed('parts_missing')
  return { metadata, payload, seal, receipt }
}
