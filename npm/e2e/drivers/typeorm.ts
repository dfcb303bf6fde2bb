// typeorm, for drivers.test.ts.
import { DataSource } from 'typeorm';

const source = new DataSource({ type: 'postgres', url: process.env['DATABASE_URL'] ?? '' });
const ready = source.initialize();

export const query = async () => (await ready).query('SELECT 1');

export async function hold(): Promise<void> {
  const runner = (await ready).createQueryRunner();
  await runner.connect();
  await runner.startTransaction();
}
