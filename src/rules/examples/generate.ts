/** Part of `npm run generate`: writes the fixtures of the rules; with `--check` it only says which differ. */
import { keepFiles } from '../../standard/standard.ts'
import { fixtureFiles } from './files.ts'

keepFiles(fixtureFiles())
