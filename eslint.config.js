import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.tidemark/', 'web/dist/', 'web/src/gql/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    files: ['src/**/*.ts', 'projections/**/*.ts', 'migrations/**/*.ts'],
    ignores: ['src/config/**', '**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment.' },
      ],
    },
  },
  {
    // How far such a comparison gets tells how much of a guess is right: secrets are looked up by their hash instead.
    files: ['src/**/*.ts'],
    // What is fetched is compared with what its publisher says of it: nobody guesses there.
    ignores: ['**/*.spec.ts', 'src/embedded/**'],
    rules: { 'no-restricted-syntax': ['error', ...comparedSecrets()] },
  },
  {
    files: ['projections/**/*.ts', 'src/projection/**/*.ts', 'src/workspace/state/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'A pure room has no process.' }],
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'A projection has no clock: it must give the same rows on every replay.',
        },
        {
          object: 'Math',
          property: 'random',
          message: 'A projection must give the same rows on every replay.',
        },
      ],
    },
  },
  {
    files: ['web/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  {
    files: ['scripts/**/*.mjs', '*.js', '*.cjs', '.dependency-cruiser.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
        module: 'writable',
        Buffer: 'readonly',
      },
    },
  },
);

/** `===` and its like between two values of which one is called a secret; with a literal or undefined it is no guess. */
function comparedSecrets() {
  const named =
    '/^(secret|raw(Key|Token)|token|hash|digest|signature|password|credential)$|(Secret|Token|Hash|Password)$/';
  const equality = 'BinaryExpression[operator=/^[!=]==?$/]';
  const guess = (side) => `[${side}.type!="Literal"][${side}.name!="undefined"]`;
  const message =
    'A comparison that ends early tells how much of a secret is right: look it up by its hash (src/access/key.ts).';
  return ['left', 'right'].flatMap((side) => {
    const other = guess(side === 'left' ? 'right' : 'left');
    return [
      `${equality}[${side}.name=${named}]${other}`,
      `${equality}[${side}.property.name=${named}]${other}`,
    ].map((selector) => ({ selector, message }));
  });
}
