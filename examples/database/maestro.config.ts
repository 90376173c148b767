import { defineConfig, env } from '@maestro-dataflow/core'

export default defineConfig({
  plugins: [
    '@maestro-dataflow/plugin-db',
    '@maestro-dataflow/plugin-table',
    '@maestro-dataflow/plugin-ai',
    '@maestro-dataflow/plugin-local',
  ],
  servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct' } },
  // The same pipeline on another database: DATABASE_URL=postgres://user:password@host/shop npm start
  storages: {
    reviews: { use: 'db.table', connection: env('DATABASE_URL', 'sqlite:out/shop.db'), table: 'reviews' },
    moods: { use: 'db.table', connection: env('DATABASE_URL', 'sqlite:out/shop.db'), table: 'review_moods' },
  },
  pipelines: 'pipelines/*.ts',
})
