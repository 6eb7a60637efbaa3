/** The face of sign: seal and verify, and the keys and certificates that takes. */
export { openSealer, type Sealer } from './seal.ts'
export { statementBytes, type SealStatement } from './statement.ts'
export { certificateFacts, fingerprintOf, type CertificateFacts } from './certificate.ts'
export { issue, makeAuthority, keyPem, type Authority, type AuthorityRequest, type Issued, type IssueRequest, type KeyAlgorithm } from './authority.ts'
