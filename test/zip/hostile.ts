/** ZIP files that must not be believed, and the code each of them is refused with. */
import { deflateRawSync } from 'node:zlib'
import type { RefusalCode } from '../../src/core/core.ts'
import { zipBytes, zipOf, type Archive, type Member } from './bytes.ts'

/** The bounds the list below is made for. */
export const limits = { members_max: 1_000, member_bytes_max: 25_000_000, total_bytes_max: 250_000_000, ratio_max: 200 }

const one = (member: Member): Buffer => zipBytes({ members: [{ name: '1.xml', content: '<a/>' }, { name: 'x.xml', content: '<b/>', ...member }] })
const around = (over: Partial<Archive>): Buffer => zipBytes({ members: [{ name: '1.xml' }, { name: '2.xml', deflate: true }], ...over })
const junk = Buffer.from('junk')
const whole = zipOf(['<a/>', '<b/>'])
const spaces = (bytes: number): Buffer => Buffer.alloc(bytes, 32)
/** Many members that are all the same few bytes, each unpacking to very many. */
function quoted (): Buffer {
  const kernel = deflateRawSync(spaces(100_000))
  const whole: Member = { content: spaces(100_000), packed: kernel, deflate: true }
  const quote = (n: number): Member => ({ ...whole, name: `q${n}`, packed: Buffer.alloc(0), at: 0, central: { packed_bytes: kernel.length } })
  return zipBytes({ members: [{ ...whole, name: 'kernel' }, ...Array.from({ length: 50 }, (_, n) => quote(n))] })
}

/** A name for the test, the code, the file. */
export const hostileZips: ReadonlyArray<readonly [why: string, code: RefusalCode, bytes: Buffer]> = [
  ['nothing', 'ZP_ZIP', Buffer.alloc(0)],
  ['a message', 'ZP_ZIP', Buffer.from('<?xml version="1.0"?><Bericht/>')],
  ['PK and no more', 'ZP_ZIP', Buffer.from('PK\x03\x04')],
  ['another kind of archive', 'ZP_ZIP', Buffer.from('7z\xbc\xaf\x27\x1c'.padEnd(200, '\0'), 'latin1')],
  ['no members', 'ZP_ZIP_EMPTY', zipBytes({ members: [] })],
  ['1,001 members', 'ZP_ZIP_MANY', zipOf(Array.from({ length: 1_001 }, () => '<a/>'), false)],
  ['a count of 65,534', 'ZP_ZIP_MANY', around({ count: 65_534 })],
  ['a count that is one too many', 'ZP_ZIP', around({ count: 3 })],
  ['a count that is one too few', 'ZP_ZIP', around({ count: 1 })],
  ['counts that differ', 'ZP_ZIP', around({ here: 1 })],
  ['several volumes', 'ZP_ZIP', around({ disk: 1 })],
  ['a directory elsewhere', 'ZP_ZIP', around({ directory: 0 })],
  ['a directory beyond the end', 'ZP_ZIP', around({ directory: 0xffff_fff0 })],
  ['a directory that is longer', 'ZP_ZIP', around({ directory_bytes: 10 })],
  ['bytes before it', 'ZP_ZIP', around({ prepended: junk })],
  ['bytes after it', 'ZP_ZIP', around({ appended: junk })],
  ['bytes before the directory', 'ZP_ZIP', around({ gap: junk })],
  ['bytes after the directory', 'ZP_ZIP', around({ middle: junk })],
  ['bytes before a member', 'ZP_ZIP', one({ before: junk })],
  ['bytes before the first member, counted in', 'ZP_ZIP', zipBytes({ members: [{ before: junk }] })],
  ['a second end in the comment', 'ZP_ZIP', around({ comment: zipBytes({ members: [] }) })],
  ['a comment longer than the file', 'ZP_ZIP', Buffer.concat([whole.subarray(0, -2), Buffer.from([0xff, 0xff])])],
  ['Zip64 in the directory', 'ZP_ZIP', one({ central: { size_bytes: 0xffff_ffff, extra: Buffer.from('0100080004000000000000000000', 'hex') } })],
  ['Zip64 as a whole', 'ZP_ZIP', around({ count: 0xffff, middle: Buffer.concat([Buffer.from('504b0606', 'hex'), Buffer.alloc(52), Buffer.from('504b0607', 'hex'), Buffer.alloc(16)]) })],
  ['a password', 'ZP_ZIP_PASSWORD', one({ central: { flags: 0x801 }, local: { flags: 0x801 } })],
  ['a password in the directory only', 'ZP_ZIP_PASSWORD', one({ central: { flags: 0x801 } })],
  ['a password in the header only', 'ZP_ZIP', one({ local: { flags: 0x801 } })],
  ['strong encryption', 'ZP_ZIP_PASSWORD', one({ central: { flags: 0x841 }, local: { flags: 0x841 } })],
  ['patched data', 'ZP_ZIP', one({ central: { flags: 0x820 }, local: { flags: 0x820 } })],
  ...[1, 9, 12, 14, 93, 95, 97, 99].map((method): readonly [string, RefusalCode, Buffer] => [`method ${method}`, 'ZP_ZIP', one({ central: { method }, local: { method } })]),
  ['methods that differ', 'ZP_ZIP', one({ local: { method: 8 } })],
  ['names that differ', 'ZP_ZIP', one({ local: { name: Buffer.from('y.xml') } })],
  ['names of which one goes on', 'ZP_ZIP', one({ local: { name: Buffer.from('x.xml\0') } })],
  ['packed sizes that differ', 'ZP_ZIP', one({ local: { packed_bytes: 3 } })],
  ['sizes that differ', 'ZP_ZIP', one({ local: { size_bytes: 5 } })],
  ['checksums that differ', 'ZP_ZIP', one({ local: { crc: 1 } })],
  ['flags that differ', 'ZP_ZIP', one({ local: { flags: 0 } })],
  ['a descriptor that says another size', 'ZP_ZIP', one({ descriptor: true, after: { size_bytes: 9 } })],
  ['a descriptor that says another checksum', 'ZP_ZIP', one({ descriptor: true, after: { crc: 9 } })],
  ['a descriptor that is not there', 'ZP_ZIP', one({ central: { flags: 0x808 }, local: { flags: 0x808 } })],
  ['a stored size that is no size', 'ZP_ZIP', one({ central: { size_bytes: 400 }, local: { size_bytes: 400 } })],
  ['a size too small', 'ZP_ZIP', one({ deflate: true, content: spaces(1_000), central: { size_bytes: 10 }, local: { size_bytes: 10 } })],
  ['a size too large', 'ZP_ZIP', one({ deflate: true, central: { size_bytes: 100 }, local: { size_bytes: 100 } })],
  ['a wrong checksum', 'ZP_ZIP', one({ central: { crc: 7 }, local: { crc: 7 } })],
  ['deflate that is none', 'ZP_ZIP', one({ deflate: true, packed: Buffer.from([7, 7, 7]) })],
  ['deflate that was cut off', 'ZP_ZIP', one({ deflate: true, content: 'abcdefghij'.repeat(9), packed: deflateRawSync('abcdefghij'.repeat(9)).subarray(0, -4) })],
  ['bytes behind the deflate', 'ZP_ZIP', one({ deflate: true, packed: Buffer.concat([deflateRawSync('<b/>'), junk]) })],
  ['two members at one place', 'ZP_ZIP', one({ at: 0, central: { name: Buffer.from('1.xml') } })],
  ['members that overlap, quoted', 'ZP_ZIP', quoted()],
  ['a bomb', 'ZP_ZIP_EXPANDS', one({ deflate: true, content: spaces(1_000_000) })],
  ['a bomb that says it is small', 'ZP_ZIP', one({ deflate: true, content: spaces(20_000_000), central: { size_bytes: 1_000_000 }, local: { size_bytes: 1_000_000 } })],
  ['members that are together too large', 'ZP_ZIP_EXPANDS', zipBytes({ members: Array.from({ length: 11 }, (_, n) => ({ name: `${n}.xml`, deflate: true, packed: Buffer.alloc(200_000), central: { size_bytes: 24_000_000 }, local: { size_bytes: 24_000_000 } })) })],
  ['a member too large', 'ZP_ZIP_MEMBER_SIZE', one({ deflate: true, packed: Buffer.alloc(300_000), central: { size_bytes: 25_000_001 }, local: { size_bytes: 25_000_001 } })],
  ['a member that says 4 GB', 'ZP_ZIP_MEMBER_SIZE', one({ deflate: true, central: { size_bytes: 0xffff_fffe }, local: { size_bytes: 0xffff_fffe } })],
  ...['map/', 'map/x.xml', '/etc/passwd', '../x.xml', '..', '.', '..\\x.xml', '\\x.xml', 'map\\x.xml', 'C:x.xml', 'C:\\x.xml', '__MACOSX/._x.xml'].map((name): readonly [string, RefusalCode, Buffer] => [`the name ${name}`, 'ZP_ZIP_FOLDER', one({ name })]),
  ['a folder by its attributes', 'ZP_ZIP_FOLDER', one({ central: { attributes: 0x10 } })],
  ['a folder as Unix has it', 'ZP_ZIP_FOLDER', one({ central: { attributes: 0o40755 << 16 } })],
  ['a folder in the Unicode name', 'ZP_ZIP_FOLDER', unicodeName('../x')],
  ['a link', 'ZP_ZIP', one({ content: '/etc/passwd', central: { attributes: 0o120777 << 16 } })],
  ['a device', 'ZP_ZIP', one({ central: { attributes: 0o060666 << 16 } })],
  ...['', 'a\0.xml', 'a\nb.xml', `${'a'.repeat(252)}.xml`].map((name): readonly [string, RefusalCode, Buffer] => [`a name of ${name.length} characters`, 'ZP_ZIP', one({ name })]),
  ['a name that is no UTF-8', 'ZP_ZIP', one({ name: Buffer.from([0xff, 0xfe, 0x41]) })],
  ['a name twice', 'ZP_ZIP', one({ name: '1.xml' })],
  ['extra fields that run on', 'ZP_ZIP', one({ central: { extra: Buffer.from([1, 2, 255, 0]) } })],
  ...Array.from({ length: 19 }, (_, n): readonly [string, RefusalCode, Buffer] => [`cut off at ${n + 1}/20`, 'ZP_ZIP', whole.subarray(0, Math.floor(whole.length * (n + 1) / 20))])
]

/** Another name in an Info-ZIP extra field than in the entry itself. */
function unicodeName (name: string): Buffer {
  const plain = Buffer.from('x.xml')
  const text = Buffer.from(name)
  const field = Buffer.concat([Buffer.from([1]), crcOf(plain), text])
  const head = Buffer.alloc(4)
  head.writeUInt16LE(0x7075)
  head.writeUInt16LE(field.length, 2)
  const flags = 0
  return one({ name: plain, central: { flags, extra: Buffer.concat([head, field]) }, local: { flags } })
}

function crcOf (bytes: Buffer): Buffer {
  // The checksum stands in any archive that has the name as its content.
  return zipBytes({ members: [{ content: bytes }] }).subarray(14, 18)
}
