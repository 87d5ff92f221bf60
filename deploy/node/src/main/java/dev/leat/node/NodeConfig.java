package dev.leat.node;

import dev.leat.cluster.ClusterConfig;
import dev.leat.contract.NodeRole;
import dev.leat.contract.Setting;
import dev.leat.engine.CompileBudget;
import dev.leat.gateway.http.ConnectionLimits;
import dev.leat.invocations.Retention;
import dev.leat.node.log.LogConfig;
import dev.leat.node.telemetry.TelemetryConfig;
import dev.leat.store.s3.BucketConfig;
import dev.leat.worker.WorkerConfig;
import dev.leat.worker.capability.http.OutboundConfig;
import dev.leat.worker.redis.RedisConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How a node is set up.
 *
 * @param dataDirectory embedded state; made if it is missing
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param roles what it does, at least one
 * @param place its place in a cluster; empty for one that is alone
 * @param database where the tables are
 * @param blobs where modules and their compiled classes are; empty for {@link BlobPlace#usual}
 * @param bucket the one for {@link BlobPlace#S3}
 * @param worker the sizes of the worker
 * @param compiling what compiling modules may take
 * @param connections what clients' connections may take
 * @param cluster how it is one of a cluster, if it is
 * @param audit where else audit records go
 * @param invocations how long their records are kept
 * @param log how the node's log is written
 * @param outbound how functions send HTTP requests
 * @param encryption by which keys secrets are encrypted
 * @param telemetry what leaves the node for those who watch it
 * @param redis where the values of functions are, if not in the database
 */
public record NodeConfig(
    Path dataDirectory,
    String host,
    int port,
    Set<NodeRole> roles,
    Optional<ClusterPlace> place,
    @Setting(key = "database") DatabaseConfig database,
    @Setting(
            key = "blobs",
            doc =
                "where modules, their compiled classes, and large bodies of calls that are run later"
                    + " are: the `database`, for all its nodes, `files` in the data directory, or"
                    + " modules and bodies in `s3`, a bucket, and classes in the database",
            standard = "`database` with PostgreSQL, `files` with H2",
            form = "be database, files or s3")
        Optional<BlobPlace> blobs,
    @Setting(key = "bucket") BucketConfig bucket,
    @Setting(key = "worker") WorkerConfig worker,
    @Setting(key = "compile") CompileBudget compiling,
    @Setting(key = "gateway") ConnectionLimits connections,
    @Setting(key = "cluster") ClusterConfig cluster,
    @Setting(key = "audit") AuditConfig audit,
    @Setting(key = "invocations") Retention invocations,
    @Setting(key = "log") LogConfig log,
    @Setting(key = "outbound") OutboundConfig outbound,
    @Setting(key = "encryption") EncryptionConfig encryption,
    @Setting(key = "telemetry") TelemetryConfig telemetry,
    @Setting(key = "redis") RedisConfig redis) {
  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 8080;

  public NodeConfig {
    roles = Set.copyOf(roles);
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("A node needs at least one role");
    }
    boolean isInBucket = blobs.equals(Optional.of(BlobPlace.S3));
    if (isInBucket && !bucket.isSet()) {
      throw new IllegalArgumentException("blobs: s3 needs bucket.name, the bucket's");
    }
    if (bucket.isSet() && !isInBucket) {
      throw new IllegalArgumentException("bucket.name is of no use without blobs: s3");
    }
  }

  /** A node alone with every role, with everything embedded under one directory. */
  public static NodeConfig embedded(Path dataDirectory, String host, int port) {
    return new NodeConfig(
        dataDirectory,
        host,
        port,
        EnumSet.allOf(NodeRole.class),
        Optional.empty(),
        DatabaseConfig.embedded(dataDirectory),
        Optional.empty(),
        BucketConfig.NONE,
        WorkerConfig.forCores(Runtime.getRuntime().availableProcessors()),
        CompileBudget.ofThisJvm(),
        ConnectionLimits.DEFAULT,
        ClusterConfig.DEFAULT,
        AuditConfig.DEFAULT,
        Retention.DEFAULT,
        LogConfig.DEFAULT,
        OutboundConfig.DEFAULT,
        EncryptionConfig.NONE,
        TelemetryConfig.OFF,
        RedisConfig.NONE);
  }

  /** The same as one of a cluster, with these roles. */
  public NodeConfig at(ClusterPlace chosen, Set<NodeRole> its) {
    return changed(draft -> {
      draft.roles = its;
      draft.place = Optional.of(chosen);
    });
  }

  /** The same with its tables elsewhere. */
  public NodeConfig with(DatabaseConfig other) {
    return changed(draft -> draft.database = other);
  }

  /** The same with its modules there. */
  public NodeConfig with(BlobPlace other) {
    return changed(draft -> draft.blobs = Optional.of(other));
  }

  /** The same with its modules in this bucket. */
  public NodeConfig with(BucketConfig other) {
    return changed(draft -> {
      draft.blobs = Optional.of(BlobPlace.S3);
      draft.bucket = other;
    });
  }

  /** Where modules and their compiled classes are. */
  BlobPlace blobPlace() {
    return blobs.orElseGet(() -> BlobPlace.usual(database));
  }

  /** The same with another budget for compiling. */
  public NodeConfig with(CompileBudget other) {
    return changed(draft -> draft.compiling = other);
  }

  /** The same with other limits on connections. */
  public NodeConfig with(ConnectionLimits other) {
    return changed(draft -> draft.connections = other);
  }

  /** The same with a worker of another size. */
  public NodeConfig with(WorkerConfig other) {
    return changed(draft -> draft.worker = other);
  }

  /** The same with other settings of its cluster. */
  public NodeConfig with(ClusterConfig other) {
    return changed(draft -> draft.cluster = other);
  }

  /** The same with another log. */
  public NodeConfig with(LogConfig other) {
    return changed(draft -> draft.log = other);
  }

  /** The same with other settings of functions' requests. */
  public NodeConfig with(OutboundConfig other) {
    return changed(draft -> draft.outbound = other);
  }

  /** The same with other keys. */
  public NodeConfig with(EncryptionConfig other) {
    return changed(draft -> draft.encryption = other);
  }

  /** The same with this leaving it. */
  public NodeConfig with(TelemetryConfig other) {
    return changed(draft -> draft.telemetry = other);
  }

  /** The same with functions' values there. */
  public NodeConfig with(RedisConfig other) {
    return changed(draft -> draft.redis = other);
  }

  /** What the node is called. */
  String name() {
    return place.map(ClusterPlace::name).orElse("node");
  }

  boolean has(NodeRole role) {
    return roles.contains(role);
  }

  /**
   * What a cluster needs of each of its nodes.
   *
   * @throws IOException if this lacks it; the message says what to do
   */
  void requireShared() throws IOException {
    if (place.isEmpty()) {
      return;
    }
    if (!database.isPostgres()) {
      throw new IOException(
          "A cluster needs PostgreSQL, the same for all of its nodes; the database is %s. Set"
                  .formatted(database.address())
              + " database.url in the file of --config to one that starts with jdbc:postgresql:.");
    }
    if (blobPlace() == BlobPlace.FILES) {
      throw new IOException(
          "A cluster needs its modules where all of its nodes find them; blobs is files. Set it to"
              + " database or s3, or leave it out.");
    }
  }

  private NodeConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.done();
  }

  /** A copy whose components can be set. */
  private static final class Draft {
    private final NodeConfig base;
    private Set<NodeRole> roles;
    private Optional<ClusterPlace> place;
    private DatabaseConfig database;
    private Optional<BlobPlace> blobs;
    private BucketConfig bucket;
    private WorkerConfig worker;
    private CompileBudget compiling;
    private ConnectionLimits connections;
    private ClusterConfig cluster;
    private LogConfig log;
    private OutboundConfig outbound;
    private EncryptionConfig encryption;
    private TelemetryConfig telemetry;
    private RedisConfig redis;

    Draft(NodeConfig base) {
      this.base = base;
      roles = base.roles;
      place = base.place;
      database = base.database;
      blobs = base.blobs;
      bucket = base.bucket;
      worker = base.worker;
      compiling = base.compiling;
      connections = base.connections;
      cluster = base.cluster;
      log = base.log;
      outbound = base.outbound;
      encryption = base.encryption;
      telemetry = base.telemetry;
      redis = base.redis;
    }

    NodeConfig done() {
      return new NodeConfig(
          base.dataDirectory,
          base.host,
          base.port,
          roles,
          place,
          database,
          blobs,
          bucket,
          worker,
          compiling,
          connections,
          cluster,
          base.audit,
          base.invocations,
          log,
          outbound,
          encryption,
          telemetry,
          redis);
    }
  }
}
