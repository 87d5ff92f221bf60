package dev.leat.bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The measure: a Vert.x handler that does nothing but answer. A request without a body gets {@code
 * ok}; one with a body is read whole and answered with the 1 KB of JSON. As many event loops as the
 * node has. Ends with its standard input.
 */
public final class BareServer {
  private static final Buffer OK = Buffer.buffer("ok");
  private static final Buffer JSON =
      Buffer.buffer(JsonBody.ofKilobyte().getBytes(StandardCharsets.UTF_8));

  private BareServer() {}

  public static void main(String[] arguments) throws Exception {
    int loops = Runtime.getRuntime().availableProcessors();
    AtomicInteger port = new AtomicInteger();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
    vertx
        .deployVerticle(() -> new Loop(port), new DeploymentOptions().setInstances(loops))
        .await(30, TimeUnit.SECONDS);
    ChildServer.serving("http://127.0.0.1:" + port.get());
    vertx.close().await(30, TimeUnit.SECONDS);
  }

  private static final class Loop extends AbstractVerticle {
    private final AtomicInteger port;

    Loop(AtomicInteger port) {
      this.port = port;
    }

    @Override
    public void start(Promise<Void> started) {
      vertx
          .createHttpServer(
              new HttpServerOptions().setHost("127.0.0.1").setPort(-1).setTcpNoDelay(true))
          .requestHandler(Loop::answer)
          .listen()
          .onSuccess(server -> port.set(server.actualPort()))
          .<Void>mapEmpty()
          .onComplete(started);
    }

    private static void answer(HttpServerRequest request) {
      if (request.method().name().equals("GET")) {
        var unused = request.response().end(OK);
      } else {
        var unused =
            request
                .body()
                .compose(body ->
                    request.response().putHeader("content-type", "application/json").end(JSON));
      }
    }
  }
}
