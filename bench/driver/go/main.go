// Drivers of Go for bench/drivers: a pool of one connection; see ../node.mjs.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4/pgxpool"
	_ "github.com/jackc/pgx/v4/stdlib"
	"github.com/lib/pq"
)

func where() string {
	return fmt.Sprintf("host=%s port=%s user=%s dbname=%s sslmode=disable", os.Getenv("PGHOST"),
		os.Getenv("PGPORT"), os.Getenv("PGUSER"), os.Getenv("PGDATABASE"))
}

func fromDatabaseSQL(driver string) func() error {
	pool, problem := sql.Open(driver, where())
	if problem != nil {
		panic(problem)
	}
	pool.SetMaxOpenConns(1)
	return func() error {
		_, problem := pool.Exec("SELECT 1")
		return problem
	}
}

func fromPgxpool() func() error {
	pool, problem := pgxpool.Connect(context.Background(), where()+" pool_max_conns=1")
	if problem != nil {
		panic(problem)
	}
	return func() error {
		_, problem := pool.Exec(context.Background(), "SELECT 1")
		return problem
	}
}

func reason(problem error) string {
	var fromPq *pq.Error
	var fromPgx *pgconn.PgError
	if errors.As(problem, &fromPq) {
		return string(fromPq.Code)
	}
	if errors.As(problem, &fromPgx) {
		return fromPgx.Code
	}
	return problem.Error()
}

func main() {
	var query func() error
	switch os.Args[1] {
	case "lib/pq":
		query = fromDatabaseSQL("postgres")
	case "pgx, database/sql":
		query = fromDatabaseSQL("pgx")
	case "pgxpool":
		query = fromPgxpool()
	}
	if problem := query(); problem != nil {
		panic(problem)
	}
	fmt.Println("ready")
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		if problem := query(); problem != nil {
			fmt.Println("fails:", reason(problem))
		} else {
			fmt.Println("works")
		}
	}
}
