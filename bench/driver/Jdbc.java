// JDBC's driver for bench/drivers: one connection; see node.mjs.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

class Jdbc {
    static void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
        Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), "");
        query(connection);
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        while (input.readLine() != null) {
            try {
                query(connection);
                System.out.println("works");
            } catch (SQLException problem) {
                System.out.println("fails: " + problem.getSQLState());
            }
        }
    }
}
