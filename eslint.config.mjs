// Lint says who may import what (docs/ARCHITECTURE.md) and refuses what has bitten others. Each ban gives its reason.
// Of `no-restricted-imports` the last entry that matches a file replaces the earlier ones, so each layer lists its bans
// in full.
import { readdirSync } from 'node:fs'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const ban = (regex, message, allowTypeImports = false) => ({ regex, message, allowTypeImports })
const layer = (name, files, patterns, ignores = []) => ({
  name,
  files,
  ignores: [...TESTS, ...ignores],
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
})

const TESTS = [
  '**/*.test.ts',
  '**/*.test.tsx',
  '**/testing.ts',
  '**/testing-*.ts',
  '**/testing/**',
  'scripts/**',
  'e2e/**',
]
const CODE = ['**/*.ts', '**/*.tsx', '**/*.mjs']

const DATABASE = ban(
  '^(@prisma/|pg$|@/lib/core/(db|generated)(/|$))',
  'Only store and queries touch the database; a type of it may be named.',
  true,
)
/** A pattern cannot know the file that it is applied to, so each domain has its own. */
const domains = readdirSync(new URL('./lib', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
const siblingStoreOf = (domain) =>
  ban(`^@/lib/(?!core/|${domain}/)[^/]+/store(/|$)`, 'Reach another domain through its commands or queries.')
const STORE = ban('/store(/[^/]+)?$', 'Screens and routes ask commands and queries, never a store.')
const EFFECTS = ban(
  '(/|^)(store|queries|commands|hooks)(/|$)',
  'Rules and contracts are pure: the button, the API and the tests ask the same function.',
)
const SERVER_ONLY = ban('/(store|queries|commands)(/[^/]+)?$', 'The browser asks the API through hooks.ts.', true)
const UI = ban('^@/(components|app)(/|$)', 'Types and rules live below, screens above.')
const NEXT = ban(
  '^(next|next/.*|next-auth|next-auth/react)$',
  'Nothing of Next: agents’ requests must be servable without it.',
)
const REACT = ban('^(react|react-dom|react-dom/.*)$', 'Nothing of React below the screens.')
const REACT_QUERY = ban('^@tanstack/', 'Only hooks.ts, query-client.ts and screens use react-query.')
const RECHARTS = ban(
  '^recharts',
  'Only components/charts draws: it also writes the table that screen readers and tests read.',
)
const DOMAINS_FROM_CORE = ban(
  '^@/lib/(?!core/|auth/permissions$)',
  'The core knows no domain: what is below is not built on what is above.',
)

/** Files beside store and queries that open the database, each for its reason. */
const OWN_CONNECTION = [
  'lib/auth/listener.ts', // LISTEN needs a connection of its own
  'lib/ingest/receive.ts', // hands the pool to the batcher, which commits many requests together
  'lib/worker/run.ts', // opens the owner's connections for the worker and ends them
]

const notPure = (selector, what) => ({
  selector,
  message: `Rules and contracts are pure: ${what} is an argument.`,
})

export default tseslint.config(
  {
    ignores: [
      '**/generated/**',
      '**/.next*/**',
      '.signalbox*/**',
      '**/node_modules/**',
      'next-env.d.ts',
      'coverage/**',
      'dist/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'everything',
    files: CODE,
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-debugger': 'error',
      'no-duplicate-imports': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-import-type-side-effects': 'off',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
    },
  },
  {
    // Only rules that are worth the seconds of a type check.
    name: 'with types',
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    name: 'tools may print',
    files: [
      '**/*.test.ts',
      'scripts/**',
      'examples/**',
      'bench/**',
      'prisma/seed/**',
      'e2e/**',
      '**/testing-*.ts',
      '*.config.*',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    // The two classic rules; those built on the React compiler compile every component and double the time of lint.
    name: 'hooks of React',
    files: ['**/*.tsx', 'lib/*/hooks.ts'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },

  // Who may import what, from the ground up.
  ...domains.flatMap((domain) => [
    layer(
      domain,
      [`lib/${domain}/**/*.ts`],
      [DATABASE, siblingStoreOf(domain), UI, NEXT, REACT, REACT_QUERY, RECHARTS],
    ),
    layer(
      `${domain}: store and queries`,
      [`lib/${domain}/{store,queries}.ts`, `lib/${domain}/{store,queries}/**/*.ts`],
      [siblingStoreOf(domain), UI, NEXT, REACT, REACT_QUERY, RECHARTS],
    ),
  ]),
  layer('lib', ['lib/*.ts'], [DATABASE, STORE, UI, NEXT, REACT, REACT_QUERY, RECHARTS]),
  layer('a connection of its own', OWN_CONNECTION, [UI, NEXT, REACT, REACT_QUERY, RECHARTS]),
  layer('core', ['lib/core/**/*.ts'], [DATABASE, DOMAINS_FROM_CORE, UI, NEXT, REACT, REACT_QUERY, RECHARTS]),
  layer(
    'core with the database',
    ['lib/core/{db,mutation,outbox,audit-log}.ts'],
    [DOMAINS_FROM_CORE, UI, NEXT, REACT, REACT_QUERY, RECHARTS],
  ),
  layer(
    'rules and contracts',
    ['lib/*/{rules,schema}.ts', 'lib/*/*-{rules,schema}.ts', 'lib/charts/**/*.ts'],
    [DATABASE, EFFECTS, UI, NEXT, REACT, REACT_QUERY, RECHARTS],
  ),
  {
    name: 'rules and contracts are pure',
    files: ['lib/*/{rules,schema}.ts', 'lib/*/*-{rules,schema}.ts', 'lib/charts/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Rules are pure.' },
        { name: 'process', message: 'Rules are pure.' },
      ],
      'no-restricted-syntax': [
        'error',
        notPure('NewExpression[callee.name="Date"][arguments.length=0]', '`now`'),
        notPure('CallExpression[callee.object.name="Date"][callee.property.name="now"]', '`now`'),
        notPure('CallExpression[callee.object.name="Math"][callee.property.name="random"]', 'randomness'),
        notPure('CallExpression[callee.object.name="performance"]', 'time'),
      ],
    },
  },
  layer('hooks', ['lib/*/hooks.ts', 'lib/http/{client,query-client}.ts'], [DATABASE, SERVER_ONLY, UI, NEXT, RECHARTS]),
  layer(
    'sessions of the console',
    ['lib/auth/{session,session-cookie,session-request,next-auth-options}.ts'],
    [DATABASE, UI, REACT, REACT_QUERY, RECHARTS],
  ),
  layer('screens and routes', ['app/**/*.{ts,tsx}'], [DATABASE, STORE, RECHARTS]),
  layer(
    'components',
    ['components/**/*.{ts,tsx}'],
    [DATABASE, SERVER_ONLY, RECHARTS, ban('^@/app/', 'Screens use components, never the reverse.')],
  ),
  layer(
    'charts',
    ['components/charts/**/*.{ts,tsx}'],
    [DATABASE, SERVER_ONLY, ban('^@/app/', 'Screens use components, never the reverse.')],
  ),
)
