<?php
// PHP's PDO for bench/drivers: one connection; see node.mjs.
$connection = new PDO('pgsql:host=' . getenv('PGHOST') . ';port=' . getenv('PGPORT') .
    ';dbname=' . getenv('PGDATABASE'), getenv('PGUSER'));
$connection->query('SELECT 1');
echo "ready\n";
while (fgets(STDIN) !== false) {
    try {
        $connection->query('SELECT 1');
        echo "works\n";
    } catch (PDOException $problem) {
        echo 'fails: ', $problem->getCode(), "\n";
    }
}
