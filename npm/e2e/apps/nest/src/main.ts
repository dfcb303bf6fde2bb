// The app's one page, for frameworks.test.ts; started anew by Nest's own watcher at each save.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { pool, tutor } from './server/db.js';

@Controller()
class Info {
  @Get('api/info')
  async info(): Promise<object> {
    const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
    return { tutor, ...rows[0] };
  }
}

@Module({ controllers: [Info] })
class App {}

const app = await NestFactory.create(App, { logger: ['error'] });
await app.listen(Number(process.env['PORT']));
console.log(`Local: http://localhost:${process.env['PORT']} `);
