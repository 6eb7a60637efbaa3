/** A ZIP with one file, the same bytes at every time it is made. */
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** Local time, of which a ZIP keeps year to second: the same bytes wherever the clock stands. */
const always = new Date(1980, 0, 1)

/** @returns a ZIP that holds the bytes under this name */
export async function zipped (bytes: Uint8Array, name: string): Promise<Buffer> {
  const zip = new ZipFile()
  zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, { mtime: always, mode: 0o100644, forceDosTimestamp: true })
  zip.end()
  return await buffer(zip.outputStream)
}

/** @returns whether bytes begin as every ZIP does, also an empty one; XML never does */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b
