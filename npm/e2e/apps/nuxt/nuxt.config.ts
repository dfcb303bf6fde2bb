// Nuxt has its own server, which takes no plugin of Vite's: the guard comes by register.
export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  devServer: { port: Number(process.env['PORT']) },
  devtools: { enabled: false },
  telemetry: false,
});
