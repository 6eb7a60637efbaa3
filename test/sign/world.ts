/** What the tests of sign stand on: an authority, seals by it, and the real openssl beside it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { digestOf, instant, messageId, partyCode, sha256Hex, type Instant } from '../../src/core/core.ts'
import { issue, makeAuthority, openSealer, statementBytes, type Authority, type IssueRequest, type Issued, type SealStatement } from '../../src/sign/sign.ts'

export const now: Instant = instant(Math.floor(Date.now() / 1000) * 1000)
export const day = 86_400_000
export const payload = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\r\n<Bericht>voorbeeld</Bericht>\r\n')
export const statement: SealStatement = {
  id: messageId('019a5c1e-7d00-7000-8000-000000000001'),
  sender: partyCode('0344'),
  receiver: partyCode('98765432'),
  certificate_sha256: null,
  received: '2026-11-21T09:30:00.000Z',
  sha256: sha256Hex('0'.repeat(64)),
  verdict: 'accepted'
}
export const stated = statementBytes(statement)

const issuedFor = (request: Partial<IssueRequest>): IssueRequest => ({ subject: 'seal', use: 'seal', algorithm: 'P-256', ...request })

/** A seal over `payload` and `statement` by a certificate as asked, and the authority that issued it. */
export async function sealed (request: Partial<IssueRequest> = {}, ca?: Authority): Promise<{ seal: Buffer, ca: Authority, issued: Issued }> {
  const authority = ca ?? await makeAuthority({ name: 'Test CA', algorithm: 'P-256' })
  const issued = await issue(authority, issuedFor(request))
  return { seal: await openSealer(issued.key, issued.certificate).seal(digestOf(payload), stated, now), ca: authority, issued }
}

/** A folder of this test file's own, and the openssl program working in it. */
export function bench () {
  const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-sign-'))
  after(() => rmSync(dir, { recursive: true, force: true }))
  return {
    dir,
    put (name: string, content: string | Uint8Array): string {
      writeFileSync(join(dir, name), content)
      return name
    },
    /** @returns exit code and both outputs */
    openssl (...args: string[]): { status: number | null, stdout: Buffer, stderr: string } {
      const { status, stdout, stderr } = spawnSync('openssl', args, { cwd: dir })
      return { status, stdout, stderr: stderr.toString() }
    }
  }
}
