/** Reading PKCS#12 (.pfx, .p12; RFC 7292), the form in which the chain's certificates are handed out: today's encryption and that of old, RSA and EC. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import forge from 'node-forge'
import { Unusable } from '../core/core.ts'
import { readCertificate, type Certificate } from './certificate.ts'
import { bitString, readDer, sequence } from './der.ts'

/** What stands in a key file: in any order, and not yet known to belong together. */
export interface Material { readonly keys: readonly KeyObject[], readonly certificates: readonly Certificate[] }

const { asn1, pki, pkcs12 } = forge
type Bag = forge.pkcs12.Bag

const derOf = (node: forge.asn1.Asn1): Buffer => Buffer.from(asn1.toDer(node).getBytes(), 'latin1')

/**
 * For RSA node-forge gives objects of its own, and writes the algorithm's parameters anew: a certificate signed with ECDSA would not be
 * the same any more. What was signed is kept as it stands, and names its algorithm (RFC 5280 4.1.1.2).
 */
function certificateDer ({ cert, asn1: other }: Bag): Buffer {
  if (cert === undefined || cert === null) return derOf(other)
  const tbs = derOf(cert.tbsCertificate)
  const algorithm = readDer(tbs).children[2]?.bytes ?? Buffer.alloc(0)
  return sequence(tbs, algorithm, bitString(Buffer.from(String(cert.signature), 'latin1')))
}

/** An EC key is no object of node-forge's: its PrivateKeyInfo (PKCS#8) stands in the bag. */
const privateKey = ({ key, asn1: other }: Bag): KeyObject => key === undefined || key === null
  ? createPrivateKey({ key: derOf(other), format: 'der', type: 'pkcs8' })
  : createPrivateKey({ key: derOf(pki.privateKeyToAsn1(key)), format: 'der', type: 'pkcs1' })

/** What node-forge says when the password is wrong: of the file's MAC, or of one of its parts. */
const wrongPassword = /mac could not be verified|wrong password|decrypt/i

/** The MAC takes a password as UTF-16, today's encryption as UTF-8, and node-forge knows only one form of it. */
function whyNot (said: string, password: string, name: string): string {
  if (!wrongPassword.test(said)) return `${name} holds something else than private keys and certificates, or is protected in a way that is not known here`
  const odd = !/^[ -~]*$/.test(password) && !/mac could not/i.test(said)
  return odd ? `the password of ${name} has a letter outside ASCII, which cannot be used here; export the file again under another password` : `the password does not open ${name}`
}

/** @throws Unusable when the bytes are no PKCS#12, or nothing vouches for them */
function parse (bytes: Uint8Array, name: string): forge.asn1.Asn1 {
  let node: forge.asn1.Asn1
  try { node = asn1.fromDer(Buffer.from(bytes).toString('latin1')) } catch (cause) { throw new Unusable(`${name} holds no PKCS#12 (.pfx, .p12), or it is cut off`, { cause }) }
  const [version] = Array.isArray(node.value) ? node.value : []
  if (typeof version === 'string' || version?.type !== asn1.Type.INTEGER) throw new Unusable(`${name} holds no PKCS#12 (.pfx, .p12)`)
  // Without a MAC a wrong password cannot be told from a damaged file, nor a changed file from a good one.
  if (!Array.isArray(node.value) || node.value.length !== 3) throw new Unusable(`${name} holds no PKCS#12 (.pfx, .p12) that is protected by a password`)
  return node
}

/**
 * @param name what the person knows the file by
 * @throws Unusable when it is not PKCS#12, the password is not its password, or it holds something of another kind
 */
export function readPkcs12 (bytes: Uint8Array, password: string, name: string): Material {
  const node = parse(bytes, name)
  let bags: Bag[]
  try { bags = pkcs12.pkcs12FromAsn1(node, false, password).safeContents.flatMap(it => it.safeBags) } catch (cause) {
    throw new Unusable(whyNot(cause instanceof Error ? cause.message : '', password, name), { cause })
  }
  try {
    const of = (type: string | undefined): Bag[] => bags.filter(bag => bag.type === type)
    return {
      keys: [...of(pki.oids['keyBag']), ...of(pki.oids['pkcs8ShroudedKeyBag'])].map(privateKey),
      certificates: of(pki.oids['certBag']).map(bag => readCertificate(certificateDer(bag)))
    }
  } catch (cause) { throw new Unusable(`${name} holds a private key or certificate that cannot be read`, { cause }) }
}
