package dev.leat.node;

import dev.leat.contract.Setting;
import dev.leat.engine.CompileBudget;
import dev.leat.gateway.http.ConnectionLimits;
import dev.leat.worker.WorkerConfig;
import java.nio.file.Path;

/**
 * How a node is set up.
 *
 * @param dataDirectory embedded state; made if it is missing
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param database where the tables are
 * @param worker the sizes of the worker
 * @param compiling what compiling modules may take
 * @param connections what clients' connections may take
 */
public record NodeConfig(
    Path dataDirectory,
    String host,
    int port,
    @Setting(key = "database") DatabaseConfig database,
    @Setting(key = "worker") WorkerConfig worker,
    @Setting(key = "compile") CompileBudget compiling,
    @Setting(key = "gateway") ConnectionLimits connections) {
  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 8080;

  /** Everything embedded under one directory. */
  public static NodeConfig embedded(Path dataDirectory, String host, int port) {
    return new NodeConfig(
        dataDirectory,
        host,
        port,
        DatabaseConfig.embedded(dataDirectory),
        WorkerConfig.forCores(Runtime.getRuntime().availableProcessors()),
        CompileBudget.ofThisJvm(),
        ConnectionLimits.DEFAULT);
  }

  /** The same with its tables elsewhere. */
  public NodeConfig with(DatabaseConfig other) {
    return new NodeConfig(dataDirectory, host, port, other, worker, compiling, connections);
  }

  /** The same with another budget for compiling. */
  public NodeConfig with(CompileBudget other) {
    return new NodeConfig(dataDirectory, host, port, database, worker, other, connections);
  }

  /** The same with other limits on connections. */
  public NodeConfig with(ConnectionLimits other) {
    return new NodeConfig(dataDirectory, host, port, database, worker, compiling, other);
  }

  /** The same with a worker of another size. */
  public NodeConfig with(WorkerConfig other) {
    return new NodeConfig(dataDirectory, host, port, database, other, compiling, connections);
  }
}
