/** A statement for many sets of values says what the one for one says, and one that cannot is refused when it is made. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, places, postgresDialect as pg, prepared } from '../../src/store/dialect.ts'
import { forMany } from '../../src/store/many.ts'

const { sql } = pg
const text = (...given: Parameters<typeof forMany>): string => forMany(...given).many?.statement.sql ?? ''
const sets = (types: string, names: string): string => `unnest(${types}) with ordinality as given(${names})`

test('each kind of statement is made one for many', () => {
  assert.equal(text(prepared(sql('t').select('a').where({ b: at('b'), c: 'x' })), { b: 'text' }),
    `select given.nth, its.* from ${sets('$1::text[]', 'c0, nth')} cross join lateral (select "a" from "t" where "b" = given.c0 and "c" = 'x') as its`)
  assert.equal(text(prepared(sql('t').insert({ ...places(['a']), b: sql.raw('f(?)', [at('a')]), c: 0 })), { a: 'bytes' }),
    `insert into "t" ("a", "b", "c") select given.c0, f(given.c0), 0 from ${sets('$1::bytea[]', 'c0, nth')}`)
  assert.equal(text(prepared(sql('t').insert(places(['a'])).onConflict('a').ignore().returning(['a', 'b'])), { a: 'number' }, { by: 'a' }),
    `insert into "t" ("a") select given.c0 from ${sets('$1::bigint[]', 'c0, nth')} on conflict ("a") do nothing returning "a", "b"`)
  assert.equal(text(prepared(sql('t').where('a', at('a')).update({ b: sql.raw('(select 1 from u where c = ?)', [at('c')]) }).returning('b')), { a: 'text', c: 'text' }),
    `update "t" set "b" = (select 1 from u where c = given.c1) from ${sets('$1::text[], $2::text[]', 'c0, c1, nth')} where "a" = given.c0 returning given.nth, "b"`)
  assert.equal(text(prepared(sql('t').where('a', at('a')).delete()), { a: 'number' }), `delete from "t" using ${sets('$1::bigint[]', 'c0, nth')} where "a" = given.c0 returning given.nth`)
})

test('sets that change one row are one', () => {
  assert.equal(text(prepared(sql('t').where('a', at('a')).update({ b: at('b') })), { b: 'text', a: 'number' }, { alike: ['a'] }),
    `update "t" set "b" = given.c0 from (select c1, max(c0) as c0, max(nth) as nth from ${sets('$1::text[], $2::bigint[]', 'c0, c1, nth')} group by c1) as given where "a" = given.c1 returning given.nth`)
})

test('what is the same at every run stands in the text, and places are counted without it', () => {
  const { sql: text, slots } = prepared(sql('t').select('a').where({ b: at('b'), c: 'it\'s', d: 1, e: at('e') }))
  assert.deepEqual([text, slots], ['select "a" from "t" where "b" = $1 and "c" = \'it\'\'s\' and "d" = 1 and "e" = $2', [{ name: 'b' }, { name: 'e' }]])
})

test('what cannot be is refused', () => {
  const insert = sql('t').insert(places(['a']))
  assert.throws(() => forMany(prepared(insert.clone().returning('b')), { a: 'text' }), /told apart by a column/)
  assert.throws(() => forMany(prepared(insert.clone().onConflict('a').ignore()), { a: 'text' }), /told apart by a column/)
  assert.throws(() => forMany(prepared(insert), {}), /of which kind a is/)
  assert.throws(() => forMany(prepared(sql('t').select('a').where('b', Buffer.of(1))), {}), /of which kind a fixed value is/)
  assert.throws(() => forMany({ sql: 'with one as (select 1) select * from one', slots: [] }, {}), /select, insert, update or delete/)
})
