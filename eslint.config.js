import neostandard from 'neostandard'

export default [
  { ignores: ['dist/**', 'node_modules/**', '.zorgpoort/**', '**/*.generated.ts'] },
  ...neostandard({ ts: true }),
  {
    files: ['**/*.ts'],
    rules: {
      // Units stand behind an underscore (lease_ms, payload_bytes_max), and JSON members are spelled as they travel.
      camelcase: 'off',
      // Long lists of short members read best as a few full lines.
      '@stylistic/object-property-newline': 'off',
      // XML and UTF-8 are about control characters.
      'no-control-regex': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400 }]
    }
  },
  {
    // A test file's describe block is one long function by nature.
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' }
  }
]
