package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The platform over HTTP. What it refuses becomes a {@link Failure} that says what it said. */
final class ApiClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** A function may run for five minutes, and 64 MiB take their time on a slow line. */
  private static final Duration TOTAL_TIMEOUT = Duration.ofMinutes(10);

  /** The longest answer: a module, or a function's response. */
  private static final long ANSWER_BYTES_MAX = 64L << 20;

  /** The most items that a list is followed to; people and scripts narrow longer ones. */
  private static final int ITEMS_MAX = 10_000;

  private static final String JSON = "application/json";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();
  private final URI server;
  private final BearerToken token;

  ApiClient(URI server, BearerToken token) {
    this.server = server;
    this.token = token;
  }

  /** {@code /a/b} of {@code a} and {@code b}, whatever they hold. */
  static String path(String... segments) {
    return Arrays.stream(segments)
        .map(ApiClient::encode)
        .map(segment -> "/" + segment)
        .collect(Collectors.joining());
  }

  /**
   * A value for the query or one segment of the path; what needs no escape has none, and the colon
   * of digests.
   */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%3A", ":")
        .replace("%7E", "~");
  }

  /** {@code ?a=1&b=2} of those that have a value; "" of none. */
  static String query(Map<String, @Nullable String> parameters) {
    StringBuilder query = new StringBuilder();
    parameters.forEach((name, value) -> {
      if (value != null) {
        query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(encode(value));
      }
    });
    return query.toString();
  }

  JsonNode get(String path) {
    return document(send(request(path).GET().build()));
  }

  /** What is there, or nothing if nothing is. */
  Optional<JsonNode> find(String path) {
    HttpResponse<byte[]> answer = exchange(request(path).GET().build());
    return answer.statusCode() == 404 ? Optional.empty() : Optional.of(document(checked(answer)));
  }

  /** All items of a list, page by page. */
  ArrayNode list(String path) {
    ArrayNode items = Json.object().arrayNode();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      JsonNode page = get(path + next.get());
      page.path("items").forEach(items::add);
      if (items.size() > ITEMS_MAX) {
        throw Failure.refused(
            "The list is longer than " + ITEMS_MAX + " items, which is the most that is shown");
      }
      String separator = path.contains("?") ? "&" : "?";
      next =
          Optional.ofNullable(page.path("next").textValue())
              .map(cursor -> separator + "cursor=" + encode(cursor));
    }
    return items;
  }

  JsonNode post(String path, JsonNode body) {
    return sendBody("POST", path, JSON, BodyPublishers.ofByteArray(Json.bytes(body)));
  }

  /** Has done what the path says, for which nothing need be sent. */
  JsonNode post(String path) {
    return document(send(request(path).POST(BodyPublishers.noBody()).build()));
  }

  JsonNode post(String path, Multipart body, Multipart.Progress progress) {
    return sendBody("POST", path, body.type(), body.publisher(progress));
  }

  JsonNode put(String path, JsonNode body) {
    return sendBody("PUT", path, JSON, BodyPublishers.ofByteArray(Json.bytes(body)));
  }

  /** Puts bytes as they are, under a condition if there is one. */
  JsonNode put(String path, byte[] body, @Nullable String ifMatch) {
    HttpRequest.Builder request =
        request(path)
            .PUT(BodyPublishers.ofByteArray(body))
            .setHeader("Content-Type", "application/octet-stream");
    if (ifMatch != null) {
      request.setHeader("If-Match", ifMatch);
    }
    return document(send(request.build()));
  }

  /** Puts it if what is there is still what this entity tag says. */
  JsonNode putIfMatch(String path, JsonNode body, String etag) {
    return document(
        send(
            request(path)
                .PUT(BodyPublishers.ofByteArray(Json.bytes(body)))
                .setHeader("Content-Type", JSON)
                .setHeader("If-Match", etag)
                .build()));
  }

  void delete(String path) {
    send(request(path).DELETE().build());
  }

  /** Deletes what the path names, and gives what is there instead. */
  JsonNode deleteAndGet(String path) {
    return document(send(request(path).DELETE().build()));
  }

  byte[] download(String path) {
    return send(request(path).GET().build()).body();
  }

  /**
   * A request that carries the token.
   *
   * @throws IllegalArgumentException if the path cannot be part of a URL
   */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server + path))
        .timeout(TOTAL_TIMEOUT)
        .setHeader("Authorization", "Bearer " + token.value());
  }

  /** The answer, whatever its status. */
  HttpResponse<byte[]> exchange(HttpRequest request) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      return answer.get(TOTAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(e.getCause() instanceof IOException cause ? cause : new IOException(e));
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw unreachable(new IOException("no answer within " + TOTAL_TIMEOUT.toMinutes() + " min"));
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw unreachable(new IOException("interrupted"));
    }
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    return checked(exchange(request));
  }

  private JsonNode sendBody(String method, String path, String type, BodyPublisher body) {
    return document(
        send(request(path).method(method, body).setHeader("Content-Type", type).build()));
  }

  private HttpResponse<byte[]> checked(HttpResponse<byte[]> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw ProblemAnswer.of(answer).failure();
    }
    return answer;
  }

  private JsonNode document(HttpResponse<byte[]> answer) {
    return Json.parse(answer.body())
        .orElseThrow(
            () -> Failure.refused("'" + answer.uri() + "' answered something other than JSON"));
  }

  private Failure unreachable(IOException cause) {
    String why =
        switch (cause) {
          case HttpConnectTimeoutException _ ->
              "no connection within " + CONNECT_TIMEOUT.toSeconds() + " s";
          case ConnectException _ -> "no connection";
          default -> String.valueOf(cause.getMessage());
        };
    Failure failure =
        Failure.refused(
            "Cannot reach '" + server + "': " + why + ". Is a node running there (leat up)?");
    failure.initCause(cause);
    return failure;
  }
}
