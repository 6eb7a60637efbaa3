/** Who may do what: every route as nobody, as a stranger, and as the other party. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { actions, di01, fo03, ggkPath, soap, soapHeaders } from '../chain.ts'
import { putAccount } from '../register.ts'
import { aanbieder, everybody, makeWorld, message, until, withText, type Who } from '../flow/world.ts'

const world = await makeWorld()
const gateway = await world.start()
const unknown = '019a5c1e-7d00-7000-8000-000000000001'

type Ask = readonly [method: 'GET' | 'POST' | 'DELETE', path: (id: string) => string]
/** Those that name a message, and those that show what is one's own. */
const ofMessage: readonly Ask[] = [
  ['GET', id => `/v1/messages/${id}`],
  ...['payload', 'seal', 'receipt', 'history'].map((part): Ask => ['GET', id => `/v1/messages/${id}/${part}`]),
  ['DELETE', id => `/v1/mailbox/${id}`]
]
const ofParty: readonly Ask[] = [['GET', () => '/v1/messages'], ['GET', () => '/v1/mailbox']]
const deadlines: Ask = ['GET', () => '/v1/deadlines']
const ofTasks: readonly Ask[] = [['GET', () => '/v1/tasks'], ['POST', id => `/v1/tasks/${id}`]]
/** This message has none, so its own parties get 404 as well. */
const signature: Ask = ['GET', id => `/v1/messages/${id}/signature`]
/** For operators and auditors, except payloads, which are for operators. */
const forReaders: readonly Ask[] = [['GET', () => '/v1/operator/messages'], ['GET', id => `/v1/operator/messages/${id}`], ['GET', () => '/v1/operator/dead'], ['GET', () => '/v1/operator/notices'], ['GET', () => '/v1/operator/destinations'], ['GET', () => '/v1/operator/audit'], ['GET', () => '/v1/operator/history'], ['GET', () => '/v1/operator/checkpoints'], ['GET', () => '/v1/operator/register'], ['GET', () => '/v1/operator/parties'], ['GET', () => '/v1/operator/accounts'], ['GET', () => '/v1/operator/held'], ['GET', () => '/v1/operator/tasks']]
const forOperators: readonly Ask[] = [
  ['GET', id => `/v1/operator/messages/${id}/payload`],
  ...['parties', 'accounts', 'mandates', 'mandates/withdraw', 'register', 'erasures', 'history', 'redrive'].map((path): Ask => ['POST', () => `/v1/operator/${path}`]),
  ...['held', 'tasks'].map((path): Ask => ['POST', id => `/v1/operator/${path}/${id}`]),
  ['POST', id => `/v1/operator/notices/${id}/again`],
  ['POST', id => `/v1/operator/destinations/${id === '{id}' ? '{party}' : '42420001'}`],
  ['DELETE', id => `/v1/operator/accounts/${id}/certificates/${id === '{id}' ? '{fingerprint}' : '1'}`]
]
/** The provider door. */
const vspPush: Ask = ['POST', () => '/berichtenservice/berichten/rest-push/v1/berichten']
const [vspQueue, vspNumber] = ['/berichtenservice/berichten/rest-pull/v1/berichten', '019a5c1e-7d00-4000-8000-000000000001']
const vspPull: readonly Ask[] = [
  ['GET', () => vspQueue],
  ['GET', id => `${vspQueue}/${id === '{id}' ? '{traceerId}' : id}/payload`],
  ['DELETE', id => `${vspQueue}/${id === '{id}' ? '{traceerId}' : id}`],
  ...['v2', 'v3'].map((version): Ask => ['GET', id => `/berichtenservice/berichtstatus/rest-pull/${version}/berichtstatussen${id === '{id}' ? '' : `?traceerId=${vspNumber}`}`])
]
const vspSearch: Ask = ['POST', () => `${vspQueue}/zoeken`]
const routes: readonly Ask[] = [vspPush, ...vspPull, vspSearch, ...ofMessage, signature, ...forReaders, ...forOperators, ...ofParty, deadlines, ...ofTasks, ['POST', () => '/v1/messages'], ['POST', () => '/v1/batches'], ['GET', () => '/v1/batches'], ['GET', id => `/v1/batches/${id}`], ['GET', id => `/v1/batches/${id}/members/${id === '{id}' ? '{index}' : '1'}`], ['GET', () => '/v1/codes/retour'], ['GET', () => '/v1/codes/rules'], ['GET', () => '/v1/codes/transport']]

/** A message of the gemeente that lies in the aanbieder's mailbox, and one that is not offered yet. */
const offered = (await gateway.as('gemeente').send(message('WMO301', 1))).id
await gateway.as('aanbieder').receives(offered)

function bodyType (path: string): string {
  if (path === vspPush[1]('')) return 'multipart/form-data; boundary=x'
  return /^\/v1\/(?:operator|tasks)\/|\/zoeken$/.test(path) ? 'application/json' : 'application/xml'
}

async function ask (who: Who, [method, path]: Ask, id: string): Promise<string> {
  const { status, told } = await gateway.as(who).call(method, path(id), method === 'POST' ? message('WMO301', 2) : null, method === 'POST' ? { 'content-type': bodyType(path(id)) } : undefined)
  return status < 400 ? String(status) : `${status} ${told.code}`
}

describe('a request', () => {
  test('covers every route there is', async () => {
    const described = await (await fetch(`${gateway.operations}/docs/json`)).json() as { paths: Record<string, Record<string, unknown>> }
    const all = Object.entries(described.paths).flatMap(([path, methods]) => Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`))
    assert.deepEqual(all.toSorted(), routes.map(([method, path]) => `${method} ${path('{id}')}`).toSorted())
  })

  for (const who of everybody.filter(it => ['nobody', 'unregistered', 'expired', 'notYet', 'switchedOff'].includes(it))) {
    test(`${who}: learns nothing but that the certificate is no use, on any path`, async () => {
      for (const route of routes) assert.equal(await ask(who, route, offered), '401 ZP_CERTIFICATE', `${route[0]} ${route[1]('{id}')}`)
      assert.equal(await ask(who, ['GET', () => '/v1/nowhere'], offered), '401 ZP_CERTIFICATE')
      assert.equal((await gateway.as(who).get('/v1/mailbox')).headers['connection'], 'close', 'holds no place')
    })
  }

  test('by the municipal door: a stranger learns no more there, in the words of that door', async () => {
    for (const who of ['nobody', 'unregistered', 'expired', 'notYet', 'switchedOff'] as const) {
      for (const [method, path] of [['GET', `${ggkPath}?wsdl`], ['POST', ggkPath]] as const) {
        const reply = await gateway.as(who).call(method, path, method === 'POST' ? soap(di01(message('WMO301', 2))) : null, method === 'POST' ? soapHeaders(actions.Di01) : {})
        assert.deepEqual([fo03(reply).code, reply.headers['connection']], ['StUF013', 'close'])
      }
    }
    for (const who of ['operator', 'auditor', 'otherGemeente'] as const) {
      assert.equal(fo03(await gateway.as(who).call('POST', ggkPath, soap(di01(message('WMO301', 2))), soapHeaders(actions.Di01))).code, 'StUF013')
    }
  })

  test('operator: has no party, so no messages', async () => {
    for (const route of [...ofMessage, ...ofParty, deadlines, ...ofTasks]) assert.equal(await ask('operator', route, offered), '403 ZP_ACCOUNT_ROLE', route[1]('{id}'))
    for (const route of [vspPush, ...vspPull, vspSearch, ['POST', () => '/v1/messages'] as const]) assert.equal(await ask('operator', route, offered), '403 ZP_ACCOUNT_ROLE')
    assert.equal(await ask('operator', ['GET', () => '/v1/codes/retour'], offered), '200')
  })

  test('a party: has no part in what is for operators and auditors, and an auditor reads no payload', async () => {
    for (const route of [...forReaders, ...forOperators]) assert.equal(await ask('gemeente', route, offered), '403 ZP_ACCOUNT_ROLE', route[1]('{id}'))
    for (const route of forOperators) assert.equal(await ask('auditor', route, offered), '403 ZP_ACCOUNT_ROLE')
    for (const who of ['operator', 'auditor'] as const) {
      for (const route of forReaders) assert.equal(await ask(who, route, offered), '200', route[1]('{id}'))
      assert.equal(await ask(who, ['GET', id => `/v1/operator/messages/${id}`], unknown), '404 ZP_NOT_FOUND')
    }
  })

  for (const who of everybody.filter(it => ['otherGemeente', 'otherAanbieder', 'wmoOnly'].includes(it))) {
    test(`${who}: sees no difference between a message of others and none at all`, async () => {
      for (const route of [...ofMessage, signature]) {
        const answers = await Promise.all([offered, unknown, 'x', offered.toUpperCase()].map(async id => {
          const reply = await gateway.as(who).call(route[0], route[1](id))
          return { status: reply.status, ...reply.told, instance: '' }
        }))
        assert.deepEqual([answers[0]?.status, answers[0]?.code], [404, 'ZP_NOT_FOUND'])
        for (const answer of answers) assert.deepEqual(answer, answers[0])
      }
      for (const [, path] of ofParty) assert.deepEqual((await gateway.as(who).get(path(''))).told.messages, [])
      assert.deepEqual((await gateway.as(who).get(`/v1/messages?counterpart=${aanbieder}`)).told.messages, [])
    })

    test(`${who}: cannot send in another's name`, async () => {
      assert.equal(await ask(who, ['POST', () => '/v1/messages'], offered), '403 ZP_NOT_SENDER')
    })
  }

  test('by the sender: its own message is not for itself to acknowledge', async () => {
    assert.equal(await ask('gemeente', ['DELETE', id => `/v1/mailbox/${id}`], offered), '404 ZP_NOT_FOUND')
    for (const route of ofMessage.filter(([method]) => method === 'GET')) assert.equal(await ask('gemeente', route, offered), '200')
  })

  test('by another supplier of the same party, with a pinned certificate of an authority nobody knows, sees what its party sees', async () => {
    for (const route of ofMessage.filter(([method]) => method === 'GET')) assert.equal(await ask('pinned', route, offered), '200')
    assert.equal((await gateway.as('pinned').post(withText(message('WMO301', 3), 'Identificatie', 'PINNED'))).status, 202)
  })
})

describe('an account', () => {
  test('that is switched off ends at the next request of its open connection, and one switched on is back', async () => {
    const client = world.client('gemeente', gateway.rest)
    assert.equal((await client.get('/v1/mailbox')).status, 200)
    const account = world.account('gemeente')
    for (const active of [false, true]) {
      await world.store(async store => { await putAccount(store, { ...account, active }) })
      assert.equal((await client.get('/v1/mailbox')).status, active ? 200 : 401)
      if (!active) assert.equal(client.connections(), 1)
    }
  })

  test('loses a certificate that is taken away, and keeps the other', async () => {
    const account = world.account('gemeente')
    await world.store(async store => { await putAccount(store, { ...account, certificates: [] }) })
    assert.equal((await gateway.as('gemeente').get('/v1/mailbox')).status, 401)
    assert.equal((await gateway.as('pinned').get('/v1/mailbox')).status, 200)
    await world.store(async store => { await putAccount(store, account) })
    assert.equal((await gateway.as('gemeente').get('/v1/mailbox')).status, 200)
  })
})

describe('the receiver', () => {
  test('knows nothing of a message before it is offered', async () => {
    const held = await makeWorld()
    const keeps = await held.start({}, [{ name: 'keeps', on: [{ message: ['WMO301'] }], handle: async () => ({ kind: 'hold', reason: 'test' }) }])
    const { id } = await keeps.as('gemeente').send(message('WMO301', 1))
    await until(async () => (await keeps.as('gemeente').get(`/v1/messages/${id}`)).told['delivery'] === 'held' || undefined)
    for (const [method, path] of ofMessage) {
      const [foreign, none] = await Promise.all([id, unknown].map(async it => ({ ...(await keeps.as('aanbieder').call(method, path(it))).told, instance: '' })))
      assert.deepEqual(foreign, none)
      assert.equal(foreign?.code, 'ZP_NOT_FOUND')
    }
    for (const [, path] of ofParty) assert.deepEqual((await keeps.as('aanbieder').get(path(''))).told.messages, [])
  })
})
