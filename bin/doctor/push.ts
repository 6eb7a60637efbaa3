/** Pushing: has the gateway what endpoints ask for, may it go where the register says, and do they answer. */
import { existsSync, readFileSync } from 'node:fs'
import { pushPorts } from '../../src/config.ts'
import { rfc3339 } from '../../src/core/core.ts'
import { portOf } from '../../src/register/register.ts'
import { certificateFacts, certificatesIn, mayBeClient } from '../../src/sign/sign.ts'
import type { Look } from '../../src/store/store.ts'
import { lookOf } from './database.ts'
import { error, ok, sentenceOf, warning, type Check, type Line, type Patient } from './lines.ts'

type Pushed = Look['pushed'][number]

function authorities ({ settings }: Patient): Line[] {
  if (settings.push_ca === undefined) return []
  try {
    const all = certificatesIn(readFileSync(settings.push_ca, 'utf8'), 'push_ca')
    return [ok('push_ca', `${all.length} ${all.length === 1 ? 'authority' : 'authorities'}`)]
  } catch (thrown) { return [error('push_ca', sentenceOf(thrown), 'bring the certificates of the authorities of endpoints, in PEM, or mend the setting push_ca')] }
}

/** Is there a pair for it; when only that of the door, is it one that endpoints take. */
function ownPair ({ settings }: Patient): Line[] {
  const { tls_certificate: certificate, push_certificate: own, roles } = settings
  if (own === undefined && certificate === undefined && roles === 'work') return [error('push_certificate', 'is not set, nor tls_certificate: a process that pushes does not start without one', 'bring in a client certificate with "zorgpoort keys import --use push"')]
  if (own !== undefined || certificate === undefined || !existsSync(certificate)) return []
  return mayBeClient(readFileSync(certificate, 'utf8'))
    ? []
    : [warning('push_certificate', 'is not set, and tls_certificate is not for clients: endpoints refuse it', 'bring in a client certificate with "zorgpoort keys import --use push"')]
}

function endpoint ({ party, connection, failing_since, reason, left_alone }: Pushed, { settings, now }: Patient): Line[] {
  const ports = settings.push_ports === undefined ? null : pushPorts({ push_ports: settings.push_ports })
  const port = portOf(connection)
  const ended = connection.ca !== null && Date.parse(certificateFacts(connection.ca).not_after) < now
  return [
    ...(ports === null || ports.includes(port) ? [] : [error('push', `${party}: port ${port} is not among push_ports (${ports.join(', ')}): nothing is pushed there`, 'add it to push_ports, or give the party another URL')]),
    ...(ended ? [error('push', `${party}: the authority by which its endpoint is believed has expired`, `"zorgpoort parties add ${party} --push-ca FILE" gives the present one`)] : []),
    ...(failing_since === null ? [] : [warning('push', `${party}: its endpoint fails since ${rfc3339(failing_since)}${reason === null ? '' : ` (${reason})`}${left_alone ? ' and is left alone for now' : ''}`, 'call that party; messages wait, and are in its mailbox meanwhile')])
  ]
}

/** What is pushed, where anything is. */
export const push: Check = async patient => {
  const lines = authorities(patient)
  const { pushed } = await lookOf(patient) ?? { pushed: [] }
  if (pushed.length === 0) return lines
  const found = [...ownPair(patient), ...pushed.flatMap(it => endpoint(it, patient))]
  return [...lines, ...(found.length === 0 ? [ok('push', `${pushed.length} ${pushed.length === 1 ? 'party is' : 'parties are'} pushed to`)] : found)]
}
