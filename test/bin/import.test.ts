/** `zorgpoort import`: a list is taken in whole, or not at all and with every fault. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { sampleSources } from '../../bin/sources.ts'
import { openStore } from '../../src/store/store.ts'
import { makeRoots, readRoots, rootsIn } from '../../src/vault/vault.ts'
import { home } from '../../src/version.ts'
import { systemClock } from '../../src/core/core.ts'
import { ends, folder, zorgpoort } from './command.ts'

/** A folder with a database as `npm start` makes it. */
async function developed (): Promise<{ readonly cwd: string, readonly url: string }> {
  const cwd = folder()
  const keys = join(cwd, '.zorgpoort')
  mkdirSync(keys)
  makeRoots(keys, systemClock.now())
  const url = `sqlite:${join(keys, 'zorgpoort.db')}`
  await (await openStore({ url, mode: 'test', roots: readRoots(rootsIn(keys)) })).close()
  return { cwd, url }
}
const header = 'family,gemeente,aanbieder,categorie,code,variant,tarief_cent,van'
const contract = (tarief: number, aanbieder = '42420001'): string => `ijw,0344,${aanbieder},45,45A01,output,${tarief},2026-01-01`

describe('zorgpoort import', () => {
  test('takes a list in, checks it only, replaces it, and says so', async () => {
    const { cwd, url } = await developed()
    const file = join(cwd, 'contracts.csv')
    writeFileSync(file, `${header}\n${contract(100)}\n${contract(100, '42420002')}\n`)
    ends(await zorgpoort(['import', 'contracts', 'contracts.csv', '--dry'], { cwd }), 0, /^2 rows of contracts between 2 pairs of gemeente and aanbieder: all right\. Nothing was changed/)
    ends(await zorgpoort(['import', 'contracts', 'contracts.csv'], { cwd }), 0, /^Imported 2 rows of contracts between 2 pairs .*: 0 replaced, 2 new\. A running gateway uses them/)
    writeFileSync(file, `${header}\r\n${contract(200)}\r\n`)
    ends(await zorgpoort(['import', 'contracts', 'contracts.csv'], { cwd }), 0, /^Imported 1 row of contracts between 1 pair .*: 1 replaced, 0 new\./)
    ends(await zorgpoort(['import', 'contracts', 'contracts.csv', '--whole'], { cwd }), 0, /1 replaced, 0 new, 1 removed\./)
    ends(await zorgpoort(['import', 'municipalities', join(home, 'config/sources/municipalities.csv')], { cwd }), 0, /^Imported 342 rows of municipalities\. /)
    ends(await zorgpoort(['import', 'municipalities', join(home, 'config/sources/municipalities.csv')], { cwd }), 0, /^Imported 342 rows of municipalities, in the place of the former list\. /)
    writeFileSync(join(cwd, 'one.csv'), 'code,naam,van\n0344,Utrecht,2026-01-01\n')
    ends(await zorgpoort(['import', 'municipalities', 'one.csv'], { cwd }), 1, /the file has 1 row and the list that is here 342: .*--whole when that is meant\. Nothing was imported/)
    const store = await openStore({ url, mode: 'test' })
    assert.equal((await store.sourceRows({ list: 'municipalities', family: '', gemeente: '', aanbieder: '' })).length, 342)
    assert.deepEqual((await store.sourceRows({ list: 'contracts', family: 'ijw', gemeente: '0344', aanbieder: '42420001' })).map(it => it.tarief_cents), [200])
    assert.equal(await sampleSources(await openStore({ url, mode: 'test', roots: readRoots(rootsIn(join(cwd, '.zorgpoort'))) })), true)
    assert.equal((await store.sourceRows({ list: 'products', family: 'ijw', gemeente: '0344', aanbieder: '' })).length, 10)
    assert.equal((await store.sourceParts()).filter(it => it.part.list === 'contracts').length, 1, 'what somebody imported stays')
    await store.close()
  })

  test('changes nothing when anything in the file is wrong, and tells each fault by its line', async () => {
    const { cwd, url } = await developed()
    writeFileSync(join(cwd, 'c.csv'), `${header}\n${contract(100)}\n${contract(100)}\n${contract(1).replace('45,45A01', '\u001b[31m,45A01')}\n`)
    const wrong = await zorgpoort(['import', 'contracts', 'c.csv'], { cwd })
    ends(wrong, 1, /^c\.csv:3: van: found from 2026-01-01 without end; expected no day in common with line 2/m, /^c\.csv:4: categorie: found \\u\{1b\}\[31m; expected a ProductCategorie/m, /^2 faults; nothing was imported$/m)
    writeFileSync(join(cwd, 'c.csv'), 'gemeente\n')
    ends(await zorgpoort(['import', 'contracts', 'c.csv'], { cwd }), 1, /^zorgpoort: c\.csv: the header row has no column family, aanbieder, variant, van; columns of contracts are family, gemeente/)
    ends(await zorgpoort(['import', 'contracts', 'absent.csv'], { cwd }), 1, /^zorgpoort: cannot read absent\.csv: no such file/)
    ends(await zorgpoort(['import', 'contracts'], { cwd }), 2, /missing required argument/)
    ends(await zorgpoort(['import', 'contract', 'c.csv'], { cwd }), 2, /unknown command/)
    const store = await openStore({ url, mode: 'test' })
    assert.deepEqual([await store.sourceParts(), await store.sourcesVersion()], [[], 0])
    await store.close()
  })
})
