package dev.leat.node;

import dev.leat.gateway.http.FairTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of all HTTP, of clients and of other nodes; there since this was made. */
final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
  private static final int CLOSE_SECONDS = 10;

  final int count = Runtime.getRuntime().availableProcessors();
  final Vertx vertx =
      Vertx.builder().with(options(count)).withTransport(new FairTransport()).build();

  private static VertxOptions options(int loops) {
    return new VertxOptions()
        .setEventLoopPoolSize(loops)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setClassPathResolvingEnabled(false)
                .setFileCachingEnabled(false));
  }

  @Override
  public void close() {
    try {
      vertx.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("The event loops did not stop in time", e);
    }
  }
}
