/** `zorgpoort verify`: whether a message, its seal, its receipt and its sender's own signature belong together. Needs files only, no gateway and no network. */
import { createHash } from 'node:crypto'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { rfc3339, type Instant } from '../../src/core/core.ts'
import { examineSeal, statementBytes, usableCertificate, verifyByTrust, type SealFault, type SealReport, type SignatureFault } from '../../src/sign/sign.ts'
import { headerOf } from '../../src/standard/standard.ts'
import { openValidator } from '../../src/validate/validate.ts'
import { readBytes, readText, visible } from '../files.ts'
import { Problem } from '../problem.ts'
import { statementOf, type Receipt } from '../statement.ts'

/** What the options say: files. */
export interface VerifyOptions { readonly seal: string, readonly receipt: string, readonly trust: string, readonly signature?: string, readonly signatureTrust?: string, readonly json?: boolean }

/** One line of the report. `what` says what was looked at when it is well, and what is wrong when it is not. */
export interface Check { readonly check: string, readonly ok: boolean, readonly what: string }

const check = (name: string, ok: boolean, good: string, wrong: string): Check => ({ check: name, ok, what: ok ? good : wrong })

/** @throws Problem when the file holds no JSON object */
function receiptIn (path: string): Receipt {
  try {
    const it: unknown = JSON.parse(readText(path))
    if (typeof it === 'object' && it !== null && !Array.isArray(it)) return Object.fromEntries(Object.entries(it))
  } catch (error) { if (error instanceof Problem) throw error }
  throw new Problem(`${path} holds no receipt: it is not a JSON object`)
}

const described = ['family', 'type', 'afzender', 'ontvanger', 'sender', 'receiver', 'identificatie'] as const

/** Type, parties and number are not in the seal's statement, but the message itself holds them. */
async function contentCheck (bytes: Uint8Array, receipt: Receipt): Promise<Check> {
  const validator = openValidator()
  try {
    const judgement = await validator.validate(bytes)
    if (judgement.kind === 'invalid') return check('content', false, '', `this is no message of the standard (${judgement.code}); "zorgpoort validate" says why`)
    const { model, message } = judgement
    const told: Receipt = { family: model.family, type: model.type, ...headerOf(model, message) }
    const wrong = described.filter(name => told[name] !== receipt[name])
    return check('content', wrong.length === 0, `the receipt tells its type, parties and Identificatie: ${model.type}`, `the receipt tells another ${wrong.join(', ')} than the message`)
  } finally { await validator.close() }
}

function receiptChecks (bytes: Uint8Array, receipt: Receipt, known: boolean): Check[] {
  const digest = createHash('sha256').update(bytes).digest('hex')
  return [
    check('receipt', known, 'it is one of a gateway', 'id, parties, certificate_sha256, received, sha256, verdict or findings is not as a gateway writes it'),
    check('sha256', receipt['sha256'] === digest, 'the receipt is for these bytes', `the message has SHA-256 ${digest}, the receipt tells another`),
    check('size', receipt['size_bytes'] === bytes.byteLength, `${bytes.byteLength} bytes, as the receipt tells`, `the message has ${bytes.byteLength} bytes, the receipt tells another size`)
  ]
}

const sealWrong: Readonly<Record<SealFault, string>> = {
  form: 'it is not a seal of a gateway (detached CMS, DER)',
  signers: 'it does not have exactly one signer',
  algorithm: 'its algorithm is weak, unknown or contradicts itself',
  digest: 'it was made over other bytes than this message',
  certificate: 'the certificate of its signer is missing, unreadable, or not the one it names',
  signature: 'it was not made with the key of its certificate',
  statement: 'it was made for another receipt: something in this one was changed',
  usage: 'its certificate is not for signing documents',
  chain: 'its certificate leads to none of those in --trust',
  validity: 'its certificate, or an authority above it, was not valid at the signing time'
}

const sealGood = ({ signedAt, signer }: SealReport): Readonly<Record<string, string>> => ({
  form: 'detached CMS by one signer',
  digest: 'made over exactly these bytes',
  certificate: visible(signer?.subject ?? ''),
  signature: 'made with the key of that certificate',
  statement: 'binds this receipt: id, parties, certificate_sha256, received, sha256, verdict and findings',
  usage: 'the certificate is for signing documents',
  chain: 'it leads to one in --trust',
  validity: `valid at the signing time, ${signedAt === null ? '' : rfc3339(signedAt)}`
})

const signatureWrong: Readonly<Record<SignatureFault, string>> = {
  size: 'it is larger than any a gateway takes',
  form: 'it is not a detached CMS in DER',
  attached: 'it holds content of its own',
  signers: 'it does not have exactly one signer',
  algorithm: 'its algorithm is weak, unknown or contradicts itself',
  digest: 'it was made over other bytes than this message',
  certificate: 'it names another certificate than the one it was made with',
  signature: 'it was not made with the key of its certificate',
  signer: 'its signer is not in --signature-trust, nor leads to one there that was valid at receipt',
  key: 'its key is weak, or of another kind than RSA, P-256 and P-384',
  usage: 'its certificate is not for signing',
  validity: 'its certificate was not valid at receipt',
  revoked: 'its certificate was revoked'
}

/** @param at the receipt of the message; null when the receipt does not tell it */
function signatureCheck (payload: Uint8Array, { signature, signatureTrust, trust }: VerifyOptions, at: Instant | null): Check[] {
  if (signature === undefined) return []
  if (at === null) return [check('signature', false, '', 'without a moment of receipt nothing can be said of it')]
  const verdict = verifyByTrust({ signature: readBytes(signature), payload, at, trusted: [trusted(signatureTrust ?? trust)] })
  return [verdict.ok ? check('signature', true, `the sender’s own, by certificate SHA-256 ${verdict.signer}`, '') : check('signature', false, '', signatureWrong[verdict.reason])]
}

/** @throws Unusable naming the file that holds no certificate, or one that cannot be read */
function trusted (path: string): string {
  const pem = readText(path)
  usableCertificate(pem, path)
  return pem
}

/** In the receipt for the reader's sake; nothing else vouches for them. */
const unsealed = 'referentienummer, retour and links of the receipt are not part of the seal'

/** @param path the message @returns every check, in the order in which a person reads them @throws Problem or Unusable naming a file that cannot be used */
export async function examine (path: string, options: VerifyOptions): Promise<Check[]> {
  const bytes = readBytes(path)
  const receipt = receiptIn(options.receipt)
  const known = statementOf(receipt)
  const statement = known === null ? Buffer.alloc(0) : statementBytes(known.statement)
  const report = examineSeal({ seal: readBytes(options.seal), payload: bytes, statement, trusted: [trusted(options.trust)] })
  const good = sealGood(report)
  return [
    ...receiptChecks(bytes, receipt, known !== null),
    await contentCheck(bytes, receipt),
    ...report.checks.map(({ check: name, fault }) => ({ check: `seal ${name}`, ok: fault === null, what: fault === null ? good[name] ?? '' : sealWrong[fault] })),
    ...signatureCheck(bytes, options, known?.received ?? null)
  ]
}

const line = ({ check: name, ok, what }: Check): string => `${ok ? styleText('green', 'ok    ') : styleText('red', 'FAILED')}  ${name.padEnd(17)} ${what}`

export function verify (program: Command, end: (code: number) => void): void {
  program.command('verify').description('check a message with its seal and receipt, and its sender’s own signature, from files alone').argument('<message>', 'the message (XML), as …/payload gives it')
    .requiredOption('--seal <file>', 'its seal, as …/seal gives it')
    .requiredOption('--receipt <file>', 'its receipt, as it was given or as …/receipt gives it')
    .requiredOption('--trust <file>', 'the certificate of the authority the gateway’s seal comes from (PEM), or of several: also former ones')
    .option('--signature <file>', 'its sender’s own signature, as …/signature gives it')
    .option('--signature-trust <file>', 'certificates of the sender, or of the authority they come from (PEM); as --trust when not given')
    .option('--json', 'as one JSON line')
    .addHelpText('after', '\nCertificates are judged at the moment of signing, so a seal still holds when its certificate has expired.\n\nExit codes: 0 all is well, 1 any check failed or a file is unusable, 2 wrong use.')
    .action(async (path: string, options: VerifyOptions) => {
      const checks = await examine(path, options)
      const ok = checks.every(it => it.ok)
      console.log(options.json === true ? JSON.stringify({ file: path, ok, checks, unsealed }) : [...checks.map(line), `        (${unsealed})`].join('\n'))
      if (!ok) end(1)
    })
}
