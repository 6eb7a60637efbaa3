/** The object identifiers of a seal, and the encodings that writer and verifier share (RFC 5652, RFC 5035, RFC 5754). */
import { context, integer, nothing, oid, same, sequence, type Der } from './der.ts'

export const oids = {
  data: oid('1.2.840.113549.1.7.1'),
  signedData: oid('1.2.840.113549.1.7.2'),
  contentType: oid('1.2.840.113549.1.9.3'),
  messageDigest: oid('1.2.840.113549.1.9.4'),
  signingTime: oid('1.2.840.113549.1.9.5'),
  signingCertificateV2: oid('1.2.840.113549.1.9.16.2.47'),
  /**
   * Ours: an OCTET STRING holding the SHA-256 of the receipt's statement. Under 2.25 the arc is a UUID,
   * 4bd8b1f8-17af-43ea-92c7-04c1805b5dd3, made once for this; it never changes.
   */
  statementDigest: oid('2.25.100817245447726401088761268270054202835')
} as const

/** What node:crypto calls a hash, its AlgorithmIdentifier without parameters (RFC 5754 2), and the signature identifiers that fix it. */
const hash = (name: string, own: string, rsa: string, ecdsa: string) =>
  ({ name, algorithm: sequence(oid(own)), withNull: sequence(oid(own), nothing), rsa: sequence(oid(rsa), nothing), rsaBare: sequence(oid(rsa)), ecdsa: sequence(oid(ecdsa)) })

/** The hashes a signature may be made with; SHA-1 is none of them. */
export const hashes = [
  hash('sha256', '2.16.840.1.101.3.4.2.1', '1.2.840.113549.1.1.11', '1.2.840.10045.4.3.2'),
  hash('sha384', '2.16.840.1.101.3.4.2.2', '1.2.840.113549.1.1.12', '1.2.840.10045.4.3.3'),
  hash('sha512', '2.16.840.1.101.3.4.2.3', '1.2.840.113549.1.1.13', '1.2.840.10045.4.3.4')
] as const
export type Hash = typeof hashes[number]
export const sha256 = hashes[0]

/** rsaEncryption: what a CMS names for PKCS#1 v1.5, the hash standing in digestAlgorithm (RFC 3370 3.2). */
export const rsaEncryption = sequence(oid('1.2.840.113549.1.1.1'), nothing)
/** @returns how PKCS#1 v1.5 may be named beside this hash: the key's own name, or that of both, with or without the empty parameters (RFC 5754 3.2) */
export const rsaNames = (hash: Hash): readonly Uint8Array[] =>
  [rsaEncryption, sequence(oid('1.2.840.113549.1.1.1')), hash.rsa, hash.rsaBare]

const pss = oid('1.2.840.113549.1.1.10')
const mgf1 = oid('1.2.840.113549.1.1.8')

/** @returns the salt's length in bytes when this names RSASSA-PSS with the one hash throughout (RFC 4055 3.1); null for anything else */
export function saltOf (algorithm: Der, hash: Hash): number | null {
  const [name, parameters] = algorithm.children
  if (!same(name?.bytes, pss)) return null
  const [hashed, mask, salt] = parameters?.children ?? []
  const digits = salt?.children[0]?.content ?? Uint8Array.of()
  const hashIs = (form: Uint8Array): boolean => same(hashed?.bytes, context(0, form))
  const maskIs = (form: Uint8Array): boolean => same(mask?.bytes, context(1, sequence(mgf1, form)))
  const forms = [hash.algorithm, hash.withNull]
  // The trailer has but one value, its default, which DER leaves out.
  const whole = forms.some(hashIs) && forms.some(maskIs) && parameters?.children.length === 3
  if (!whole || digits.length > 3 || !same(salt?.bytes, context(2, integer(digits)))) return null
  return digits.reduce((length, digit) => length * 256 + digit, 0)
}
