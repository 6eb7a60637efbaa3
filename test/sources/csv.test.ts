/** A list is read from whatever a spreadsheet makes of it, or told line by line what is wrong with it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { Unusable } from '../../src/core/core.ts'
import { readCsv, readSources, type CsvFault, type ListName, type ReadList } from '../../src/sources/sources.ts'
import { home } from '../../src/version.ts'

const dir = mkdtempSync(join(tmpdir(), 'zorgpoort-csv-'))
after(() => rmSync(dir, { recursive: true }))
let files = 0

function file (text: string | Buffer): string {
  const path = join(dir, `${++files}.csv`)
  writeFileSync(path, text)
  return path
}

async function read (list: ListName, text: string | Buffer): Promise<ReadList> {
  const it = await readCsv(list, file(text))
  assert.ok('rows' in it, JSON.stringify(it))
  return it
}

async function faults (list: ListName, text: string): Promise<readonly CsvFault[]> {
  const it = await readCsv(list, file(text))
  assert.ok('faults' in it)
  return it.faults
}
const places = (all: readonly CsvFault[]): string[] => all.map(({ line, column, found }) => `${line} ${column} ${found}`)

const contractHeader = 'family,gemeente,aanbieder,categorie,code,variant,eenheid,tarief_cent,per_uur,van,tot'
const municipalities = 'code,naam,van,tot\n0344,Utrecht,2026-01-01,2026-12-31\n'

describe('a list in CSV', () => {
  test('gives its rows and the digest of the file', async () => {
    const { rows, sha256 } = await read('contracts', `${contractHeader}\niwmo,0344,42420001,02,02A01,inspanning,04,6850,ja,2026-01-01,2026-12-31\nijw,0344,42420001,,,taakgericht,,,,2015-01-01,\n`)
    assert.deepEqual(rows.map(({ part, ...rest }) => ({ ...part, ...rest })), [
      { list: 'contracts', family: 'iwmo', gemeente: '0344', aanbieder: '42420001', categorie: '02', code: '02A01', naam: null, variant: 'inspanning', eenheid: '04', tarief_cents: 6850, perUur: true, van: '2026-01-01', tot: '2026-12-31' },
      { list: 'contracts', family: 'ijw', gemeente: '0344', aanbieder: '42420001', categorie: null, code: null, naam: null, variant: 'taakgericht', eenheid: null, tarief_cents: null, perUur: false, van: '2015-01-01', tot: null }
    ])
    assert.equal((await read('municipalities', municipalities)).sha256, createHash('sha256').update(municipalities).digest('hex'))
    assert.equal(sha256.length, 64)
  })

  test('is the same list in any order of columns, with ; or , , any line end, a byte order mark, quotes, spaces and empty rows', async () => {
    const expected = (await read('municipalities', municipalities)).rows
    for (const text of [
      municipalities.replaceAll(',', ';'), municipalities.replaceAll('\n', '\r\n'), municipalities.replaceAll('\n', '\r'), `\ufeff${municipalities}`, municipalities.trimEnd(),
      'TOT;"Van";naam ;code\r\n 2026-12-31 ;"2026-01-01";"Utrecht";0344\r\n;;;\r\n\r\n'
    ]) assert.deepEqual((await read('municipalities', text)).rows, expected, JSON.stringify(text))
    const [odd] = (await read('municipalities', 'code;naam;van\n0344;"Sint ""U""; trecht, é\r\nN";2026-01-01')).rows
    assert.equal(odd?.naam, 'Sint "U"; trecht, é\nN')
  })

  test('keeps its lines, whatever their ends and wherever a piece of the file ends', async () => {
    const filling = Array.from({ length: 20_000 }, (_, nth) => `${String(nth % 10_000).padStart(4, '0')};x;${2000 + Math.floor(nth / 10_000)}-01-01;${2000 + Math.floor(nth / 10_000)}-12-31`)
    for (const end of ['\n', '\r\n']) assert.deepEqual(places(await faults('municipalities', ['code;naam;van;tot', ...filling, '0034;"Al', 'mere";2026-13-01;', ''].join(end))), ['20003 van 2026-13-01'])
  })

  test('is refused with every fault by line and column', async () => {
    assert.deepEqual(places(await faults('municipalities', 'code,naam,van,tot\n344,x,2026-01-01,\n0344,x,2026-02-30,2025-01-01\n0345\n0346,x,,\n0347,x,01-01-2026,31-12-2026\n')), [
      '2 code 344', '3 van 2026-02-30', '3 tot 2025-01-01', '4  1 fields', '5 van ', '6 van 01-01-2026', '6 tot 31-12-2026'
    ])
    assert.deepEqual(places(await faults('products', 'family;gemeente;categorie;code;van\nwmo;;02;02A01;2026-01-01\niwmo;;45;02A01;2026-01-01\nijw;344;45;toolong;2026-01-01\n')), [
      '2 family wmo', '3 categorie 45', '4 gemeente 344', '4 code toolong'
    ])
    assert.deepEqual(places(await faults('contracts', `${contractHeader}\niwmo,0344,4242001,,02A01,uren,4,68.50,ja,2026-01-01,\niwmo,0344,42420001,02,,output,82,,ja,2026-01-01,\n`)), [
      '2 aanbieder 4242001', '2 code 02A01', '2 variant uren', '2 eenheid 4', '2 tarief_cent 68.50', '3 per_uur ja'
    ])
  })

  test('is refused where two rows about the same hold on one day, each with the line of the other', async () => {
    const found = await faults('municipalities', 'code,van,tot\n0344,2026-01-01,\n0363,2020-01-01,2020-12-31\n0363,2021-01-01,\n0344,2019-01-01,2026-01-01\n0363,2020-12-31,2020-12-31\n')
    assert.deepEqual(places(found), ['5 van from 2019-01-01 to 2026-01-01', '6 van from 2020-12-31 to 2020-12-31'])
    assert.match(found[0]?.expected ?? '', /line 2, .* from 2026-01-01 without end/)
    assert.match(found[1]?.expected ?? '', /line 3, .* to 2020-12-31/)
    const row = 'iwmo,0344,42420001,02,,output,82,,nee,2026-01-01,'
    assert.equal((await faults('contracts', `${contractHeader}\n${row}\n${row}\n`)).length, 1)
    await read('contracts', `${contractHeader}\n${row}\n${row.replace('02,,', '02,02A01,')}\n${row.replace('iwmo', 'ijw').replace('02', '45')}\n${row.replace('0344', '0363')}`)
  })

  test('tells no more than a hundred faults, and how many there are', async () => {
    const it = await readCsv('municipalities', file(`code,van\n${'1,2026-01-01\n'.repeat(250)}`))
    assert.ok('faults' in it)
    assert.deepEqual([it.faults.length, it.count], [100, 250])
  })

  test('that is none is refused with what to do', async () => {
    for (const [text, expected] of [
      ['', /empty; the first row must name the columns: code, naam/], ['naam,van\n', /no column code; columns of municipalities are/],
      ['code,van,provincie\n', /a column "provincie" that is not known/], ['code,van,van\n', /a column van twice/],
      ['code,van\n0344,"2026\n', /near line \d: .*quote/], ['code,van\n"a"b,2\n', /quote/], [`code,van\n0344,${'x'.repeat(20_000)}\n`, /more than 10000 bytes/],
      [Buffer.from('code,naam,van\n0344,Súdwest,2026-01-01', 'latin1'), /not UTF-8; in a spreadsheet/], [Buffer.from([0x63, 0xc3]), /not UTF-8/]
    ] as const) {
      await assert.rejects(readCsv('municipalities', file(Buffer.from(text))), error => error instanceof Unusable && expected.test(error.message), String(expected))
    }
  })
})

describe('sources of a folder', () => {
  test('are those files that are there; the others are unknown', async () => {
    const folder = mkdtempSync(join(dir, 'sources-'))
    const none = await readSources(folder)
    assert.ok('sources' in none)
    assert.equal(none.sources.gemeente('0344', '2026-03-01'), null)
    writeFileSync(join(folder, 'municipalities.csv'), municipalities)
    const some = await readSources(folder)
    assert.ok('sources' in some)
    assert.deepEqual([some.sources.gemeente('0344', '2026-03-01'), some.sources.gemeente('0363', '2026-03-01'), some.sources.gemeente('0344', '2027-03-01')], [true, false, null])
    writeFileSync(join(folder, 'products.csv'), 'family,categorie,code,van\niwmo,99,x,2026-01-01')
    const wrong = await readSources(folder)
    assert.ok('refused' in wrong && wrong.file.endsWith('products.csv') && wrong.refused.count === 1)
  })

  test('come along for CBS’s year and for the sample parties', async () => {
    const municipalities = await readCsv('municipalities', join(home, 'config/sources/municipalities.csv'))
    assert.ok('rows' in municipalities && municipalities.rows.length === 342)
    const samples = await readSources(join(home, 'config/sources/sample'))
    assert.ok('sources' in samples)
    const parties = { family: 'iwmo', gemeente: '0344', aanbieder: '42420001' } as const
    assert.equal(samples.sources.contract(parties, '02', '10A0W', '2026-03-01')?.tarief_cents, 6850)
    assert.equal(samples.sources.product(parties, '02', '10A0W', '2026-03-01'), true)
  })
})
