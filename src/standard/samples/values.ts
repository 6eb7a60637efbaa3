/** Texts at, past and beside the facets of a data type, for mutants. */
import type { SimpleType } from '../model.ts'

const blanks = ['', ' ', '\t', '\n', '  \n ', '\u00a0', '\u2003', '\u0085', '\u2028']
const dates = ['2026-02-30', '2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2026-13-01', '2026-00-10', '2026-01-00', '2026-04-31', '0000-01-01',
  '0001-01-01', '-0001-01-01', '-2026-01-01', '12026-01-01', '02026-01-01', '+2026-01-01', '2026-1-1', '26-01-01', '2026-01-01Z', '2026-01-01+01:00', '2026-01-01-05:00',
  '2026-01-01+0100', ' 2026-01-01 ', '\n2026-01-01', '2026-01-01T00:00:00', '2026/01/01', '20260101', '01-01-2026', '2026-01-01 ', '２０２６-01-01', '9999-12-31', '2026- 01-01', 'vandaag']
const times = ['24:00:00', '24:00:01', '23:59:60', '23:59:59', '00:00:00', '9:30:00', '09:30', '09:30:00.5', '09:30:00.123456789', '09:30:00.', '09:30:00Z', '09:30:00+01:00',
  '09:30:00-05:00', ' 09:30:00 ', '\t09:30:00', '25:00:00', '09:60:00', '-09:30:00', '09:30:00.0000000000001', '24:00:00.0', '09-30-00']
const integers = ['+7', '007', '-0', '+0', '1.0', ' 7 ', '\n7\t', '7 7', '1e3', '0x1', '-1', '--7', '+-7', '１', '٣', '7\u00a0', '\u00a07', '7,', '1_000', 'NaN', '', '+', '-', '000000000000000000000000000000007', '99999999999999999999999999', ' +07', '7.', '.7']
const texts = ['a\nb', ' a', 'a ', 'a\tb', '\na', 'a\n', '.', '...', '. .', 'À', 'ỳ', 'Ỵ', '\u00bf', '×', '÷', 'é', '_', 'a b', '😀', '😀😀', '0', '٠١٢٣', '１２３４', '0344 ', ' 0344', '034', '03444', '0344\n',
  '1.2.3', '01.2.3', '1.2', '1.2.3.4', '0.0.0', '1.2.3 ', '1.2.٣', 'zz', 'ZZ', '-', '+31', '3.2', '\u200b', '\ufeff', 'a\r\nb', 'a\rb']

/** Names of what XML itself must decode or refuse, already escaped. */
export const rawTexts: ReadonlyArray<readonly [name: string, raw: string]> = [
  ['reference-decimal', '&#49;'], ['reference-hex', '&#x31;'], ['reference-big', '&#x1F600;'], ['reference-nul', '&#0;'], ['reference-control', '&#1;'], ['reference-surrogate', '&#xD800;'],
  ['reference-fffe', '&#xFFFE;'], ['reference-beyond', '&#x110000;'], ['reference-empty', '&#;'], ['reference-hex-empty', '&#x;'], ['reference-capital-x', '&#X31;'], ['reference-return', 'a&#13;b'],
  ['reference-newline', 'a&#10;b'], ['reference-space', '&#32;'], ['reference-tab', '&#9;1'], ['reference-leading-zeros', '&#0000000000049;'], ['entity-known', '&lt;&gt;&amp;&quot;&apos;'],
  ['entity-unknown', '&eacute;'], ['entity-capital', '&AMP;'], ['entity-open', 'a&amp'], ['ampersand', 'a & b'], ['ampersand-bare', '&;'], ['less-than', 'a < b'], ['section-end', 'a]]>b'], ['section-end-escaped', 'a]]&gt;b'],
  ['brackets', 'a]]b'], ['greater-than', 'a > b'], ['cdata', '<![CDATA[1]]>'], ['cdata-empty', '<![CDATA[]]>'], ['comment', '1<!-- x -->2'], ['comment-only', '<!-- x -->'], ['instruction', '1<?x y?>'],
  ['control', 'a\u0001b'], ['nul', 'a\u0000b'], ['vertical-tab', '\u000b'], ['delete', '\u007f'], ['next-line', 'a\u0085b'], ['noncharacter', 'a\uffffb'], ['noncharacter-plane-1', 'a\u{1fffe}b'], ['return-alone', 'a\rb'], ['child', '<x/>']
]

/** @returns texts worth trying for a type, valid ones among them */
export function textsFor (type: SimpleType): readonly string[] {
  const codes = (type.enumeration ?? []).slice(0, 3).flatMap(([code]) => [code, code.toLowerCase(), `${code} `, ` ${code}`, `${code}0`, code.slice(1)])
  const own = type.base === 'date' ? dates : type.base === 'time' ? times : type.base === 'integer' ? [...integers, ...edges(type)] : [...texts, ...lengths(type)]
  return [...own, ...own, ...blanks, ...codes, ...(type.base === 'string' ? ['999900006', '99990000', '9999000066', '42420001', 'ABC', '12'] : ['3', '2'])]
}

function edges ({ minInclusive, maxInclusive }: SimpleType): readonly string[] {
  return [minInclusive, maxInclusive].flatMap(edge => edge === undefined ? [] : [edge - 1, edge, edge + 1].map(value => `${value}`))
}

function lengths ({ minLength, maxLength }: SimpleType): readonly string[] {
  return [minLength, maxLength].flatMap(edge => edge === undefined ? [] : [edge - 1, edge, edge + 1])
    .flatMap(length => ['a', '7', 'é', '😀', ' '].map(character => character.repeat(Math.max(0, length))))
}
