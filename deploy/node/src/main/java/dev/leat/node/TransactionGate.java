package dev.leat.node;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection begin transactions while they may be; queries outside of any go on. Nothing
 * else writes: see {@link dev.leat.store.Database#read}. Safe for several threads.
 */
@FunctionalInterface
interface TransactionGate {
  /** Throws where a transaction may not begin now. Called before each. */
  void pass() throws SQLException;

  /** The connection behind this gate. A proxy, since the pool's own begin them as they are told. */
  default Connection before(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("setAutoCommit") && Boolean.FALSE.equals(arguments[0])) {
                pass();
              }
              return invoke(connection, method, arguments);
            });
  }

  private static @Nullable Object invoke(
      Connection connection, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
