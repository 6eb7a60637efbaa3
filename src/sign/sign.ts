/** The face of sign: seal and verify, and the keys and certificates that takes. */
export { openSealer, type Sealer } from './seal.ts'
export { statementBytes, type SealStatement } from './statement.ts'
export { sealFaults, verifySeal, type SealClaim, type SealFault, type SealVerdict } from './verify.ts'
export { certificateFacts, fingerprintOf, type CertificateFacts } from './certificate.ts'
export { issue, keyPem, makeAuthority, type Authority, type AuthorityRequest, type Issued, type IssueRequest, type KeyAlgorithm } from './authority.ts'
export { developmentKeys, type DevelopmentKeys, type DevelopmentParty, type KeyFiles } from './development.ts'
export { checkPair, usableCertificate, type Pair, type PairNames } from './usable.ts'
export { listKeys, type KeyListing } from './keys.ts'
