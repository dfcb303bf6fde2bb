# Ruby's pg for bench/drivers: one connection; see node.mjs.
require 'pg'

$stdout.sync = true
connection = PG.connect
connection.exec('SELECT 1')
puts 'ready'
$stdin.each_line do
  connection.exec('SELECT 1')
  puts 'works'
rescue PG::Error => e
  puts "fails: #{e.result&.error_field(PG::PG_DIAG_SQLSTATE) || e.class}"
end
