package dev.leat.tenants;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Fetches JWK sets over HTTP: whole within a time and a size, and from the host that was named, so
 * a redirect is a failure. Blocks. Safe for several threads.
 */
public final class JwksFetch implements AutoCloseable {
  /** Fifty keys of 4096 bits with their certificate chains. */
  static final int BYTES_MAX = 256 << 10;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private final Duration timeout;

  /** It has a thread of its own, so there is none before it is needed. */
  private @Nullable HttpClient http;

  /**
   * @param timeout from the connection to the last byte
   */
  public JwksFetch(Duration timeout) {
    this.timeout = timeout;
  }

  /** The set as text. */
  String fetch(URI uri) throws Failed {
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", "application/json").build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client().sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BYTES_MAX));
    try {
      HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new Failed("it answered " + response.statusCode());
      }
      return new String(response.body(), StandardCharsets.UTF_8);
    } catch (ExecutionException e) {
      throw new Failed(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new Failed("it did not answer within " + timeout.toMillis() + " ms");
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new Failed("interrupted");
    }
  }

  private synchronized HttpClient client() {
    if (http == null) {
      http =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .connectTimeout(CONNECT_TIMEOUT)
              .build();
    }
    return http;
  }

  @Override
  public synchronized void close() {
    if (http != null) {
      http.shutdownNow();
    }
  }

  /** The set cannot be had. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }
}
