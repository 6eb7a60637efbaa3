/** The face of audit: checkpoints over the chain, and whether chain and checkpoints hold. */
export { openCheckpoints, type CheckpointParts, type Checkpoints } from './checkpoint.ts'
export { readPins, type Pin } from './pin.ts'
export { removeAuditBefore } from './retention.ts'
export { checkpointView } from './statement.ts'
export { verifyAudit, type AuditFault, type AuditFinding, type AuditReport, type VerifyAudit } from './verify.ts'
