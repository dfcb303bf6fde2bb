// Naive on purpose: a pool for each file of tests, and nobody closes it.
const pg = require('pg');

exports.pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  idleTimeoutMillis: 0,
  max: 5,
});
